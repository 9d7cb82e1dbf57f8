import { cleanLine } from "../../lib/text/clean_line.ts";
import { tryParseJson } from "../../lib/text/parse_json.ts";
import type { SourceOptionsOf } from "../../lib/cli/source_options.ts";
import { createSample } from "../../lib/sources/provider.ts";
import { PROVIDERS } from "../../lib/sources/providers/kinds.ts";
import type { Scheme } from "../../lib/sources/proof/scheme.ts";
import { selectScheme } from "../../lib/sources/config/select_scheme.ts";
import { describeUnknownSource } from "../../lib/sources/config/changes.ts";
import type { SourceEntry } from "../../lib/sources/config/entry.ts";
import { createNonce } from "../../server/feed/proof.ts";
import { Journal } from "../../server/journal/journal.ts";
import { isJournalFault, toJournalError } from "../../server/journal/error.ts";
import { resolveSecrets } from "../../server/sources/resolve_secrets.ts";
import { readSourceFile } from "../../server/sources/config_file.ts";
import { identifyFile, journalPathOf } from "../../server/state/folder.ts";
import { signWebhook } from "../../server/sources/signer.ts";
import { type CommandEnvironment, type CommandReport, fail } from "../shared/report.ts";
import { wakeOwner, type WakeResult } from "../shared/wake_owner.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** The headers and the body that the source would send. */
interface SignedDelivery {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Bytes;
}

type Result<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly message: string };

/** The time that an answer may take, in milliseconds. */
const ANSWER_MS = 10_000;

const MAX_ANSWER_CODE_POINTS = 300;

const FORM_TYPE = "application/x-www-form-urlencoded";

/** The likely reasons of answers, by status. */
const HINTS: ReadonlyMap<number, string> = new Map([
  [401, "Does the server have another secret? A file with one is read when config.json changes"],
  [403, "Does the server know the source? Its log says why it cannot use config.json"],
]);

async function readBody(file: string): Promise<Result<Bytes>> {
  if (file === "-") {
    return {
      ok: true,
      value: new Uint8Array(await new Response(Deno.stdin.readable).arrayBuffer()),
    };
  }
  const refuse = (reason: string) => {
    return { ok: false, message: `Cannot read "${file}": ${reason}` } as const;
  };
  if (Deno.permissions.querySync({ name: "read", path: file }).state !== "granted") {
    return refuse(`Deno was started without --allow-read=${file}. Give "-" to read it from stdin`);
  }
  try {
    return { ok: true, value: await Deno.readFile(file) };
  } catch (error) {
    return refuse(error instanceof Deno.errors.NotFound ? "there is no such file" : String(error));
  }
}

function tryParse(body: Bytes): unknown {
  return tryParseJson(new TextDecoder().decode(body));
}

/** Puts the current time into a body whose source signs the time in it. */
function setBodyTime(body: Bytes, { bodyTime }: Scheme, nowMs: number): Bytes {
  const payload = bodyTime === undefined ? undefined : tryParse(body);
  if (bodyTime === undefined || typeof payload !== "object" || payload === null) return body;
  return new TextEncoder().encode(JSON.stringify({ ...payload, [bodyTime.path]: nowMs }));
}

async function createDelivery(
  source: SourceEntry,
  { file, event }: SourceOptionsOf<"test">,
  nowMs: number,
): Promise<Result<SignedDelivery>> {
  const resolved = resolveSecrets(source);
  if (!resolved.ok) return resolved;
  const [secret = ""] = resolved.secrets;
  const selected = selectScheme(source, resolved.secrets);
  if (!selected.ok) return selected;
  const sample = createSample(PROVIDERS[source.kind], {
    nowMs,
    repository: source.repository,
  });
  const read: Result<Bytes> = file === undefined
    ? { ok: true, value: new TextEncoder().encode(JSON.stringify(sample.payload)) }
    : await readBody(file);
  if (!read.ok) return read;
  const body = setBodyTime(read.value, selected.scheme, nowMs);
  const draft = { secret, body, nowMs, event: event ?? (sample.event || undefined) };
  const signed = await signWebhook(selected.scheme, draft);
  if (!signed.ok) return signed;
  const type = tryParse(body) === undefined ? FORM_TYPE : "application/json";
  return { ok: true, value: { headers: { ...signed.headers, "content-type": type }, body } };
}

/** Looks for an owner of this state folder at the port. */
async function findOwner(stateDir: string, port: number): Promise<WakeResult> {
  const path = journalPathOf(stateDir);
  if (identifyFile(path) === undefined) return "no owner";
  const journal = Journal.open(path, { durability: "normal" });
  try {
    return await wakeOwner({ port, secret: journal.secret(createNonce) });
  } finally {
    journal.close();
  }
}

async function post(url: string, { headers, body }: SignedDelivery): Promise<CommandReport> {
  const signal = AbortSignal.timeout(ANSWER_MS);
  const init = { method: "POST", headers, body, redirect: "manual", signal } as const;
  const response = await fetch(url, init);
  const text = cleanLine(await response.text(), MAX_ANSWER_CODE_POINTS);
  const id = response.headers.get("x-event-id");
  const isRepeated = response.headers.has("x-duplicate");
  const lines = [
    `${response.status} ${text}`.trim(),
    ...(isRepeated ? ["It was delivered before, so it is not pushed again"] : []),
    ...(id === null ? [] : [`${id}: "deno-channel source explain ${id}" tells what decided`]),
  ];
  const hint = HINTS.get(response.status);
  return {
    exitCode: response.ok ? 0 : 1,
    lines,
    problems: hint === undefined ? [] : [hint],
  };
}

/**
 * Runs `source test`: signs a body as the source would, a sample by default, and posts it to the server
 * on this machine.
 */
export async function trySource(
  options: SourceOptionsOf<"test">,
  { stateDir, nowMs }: CommandEnvironment,
): Promise<CommandReport> {
  const { name, port } = options;
  const read = readSourceFile(stateDir);
  if (!read.ok) return fail(read.message);
  const { config } = read;
  const source = Object.hasOwn(config.sources, name) ? config.sources[name] : undefined;
  if (source === undefined) return fail(describeUnknownSource(config, name));
  const delivery = await createDelivery(source, options, nowMs);
  if (!delivery.ok) return fail(delivery.message);
  try {
    // Some sources send the secret itself, which another program at the port must not see.
    const owner = await findOwner(stateDir, port);
    if (owner === "not permitted") {
      return fail(`Cannot post: Deno was started without --allow-net=127.0.0.1:${port}`);
    }
    if (owner === "no owner") {
      return fail(
        `Cannot post to 127.0.0.1:${port}: no server with this state folder holds the port. Open a ` +
          "session, or run the gateway",
      );
    }
    return await post(`http://127.0.0.1:${port}${source.path}`, delivery.value);
  } catch (error) {
    if (isJournalFault(error)) return fail(toJournalError(error).message);
    return fail(`Cannot post to 127.0.0.1:${port}: ${(error as Error).name}`);
  }
}
