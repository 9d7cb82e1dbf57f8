import { assert, assertEquals, assertLessOrEqual, assertNotMatch } from "@std/assert";
import { formatShape } from "../../lib/sources/shape/format_shape.ts";
import { PROVIDERS } from "../../lib/sources/providers/kinds.ts";
import { parseBody } from "../../lib/sources/body/parse_body.ts";
import { countCodePoints } from "../../lib/text/truncate.ts";
import { MemoryJournal } from "../server/_memory_journal.ts";
import { LoneReceivers, rowsOf } from "../server/_sources.ts";
import type { SourceDraft } from "../_signed_delivery.ts";
import { PROJECT } from "./_files.ts";

/** Real payloads, one folder for each kind; they are no part of this repository. */
const FOLDER = new URL("../shared/payloads/", PROJECT);

/** What nobody may find in an event: addresses of people, tokens, keys, pages for machines. */
const FORBIDDEN_REGEXP =
  /[\w.+-]+@[\w-]+\.[a-z]{2,}|gh[a-z]_\w{10}|xox[a-z]-|[sr]k_live_|whsec_|glpat-|AKIA[A-Z0-9]{8}|eyJ\w{10}|PRIVATE KEY|:\/\/(?:api\.github|avatars|uploads|www\.gravatar)/i;

/** Where the name of a file is not that of the event: the name of Bitbucket's header. */
const BITBUCKET_EVENTS: Readonly<Record<string, string>> = {
  "pull-request-comment-created": "pullrequest:comment_created",
  "pull-request-created": "pullrequest:created",
  "repo-commit-status-updated": "repo:commit_status_updated",
  "repo-push": "repo:push",
};

/** The longest event that is not an exception, in code points, and the median share of the input. */
const TARGET_CODE_POINTS = 800;
const TARGET_SHARE = 0.1;

interface Payload {
  readonly kind: string;
  readonly file: string;
  readonly bytes: Uint8Array;
}

/** All payloads; empty where the folder is not there or may not be read. */
function tryReadPayloads(): Payload[] {
  try {
    return [...Deno.readDirSync(FOLDER)].filter((entry) => entry.isDirectory).flatMap(
      ({ name }) => {
        const folder = new URL(`${name}/`, FOLDER);
        return [...Deno.readDirSync(folder)].map((entry) => ({
          kind: name,
          file: entry.name,
          bytes: Deno.readFileSync(new URL(entry.name, folder)),
        }));
      },
    );
  } catch {
    return [];
  }
}

/** The type as the header of the service says it; empty where the body does. */
function eventOf({ kind, file }: Payload): string {
  const [start = ""] = file.split(".");
  if (kind === "github") return start;
  if (kind === "sentry") return "event_alert";
  return kind === "bitbucket" ? BITBUCKET_EVENTS[start] ?? "" : "";
}

/** The event of a payload as Claude reads it. */
function format(payload: Payload): string {
  const kind = PROVIDERS[payload.kind];
  assert(kind !== undefined, payload.kind);
  const body = parseBody(payload.bytes, "application/json");
  assert(body.ok && body.format === "json", payload.file);
  const shape = kind.shape({ event: eventOf(payload), payload: body.payload });
  return formatShape(payload.kind, shape).text;
}

const PAYLOADS = tryReadPayloads();

Deno.test({
  name: "PROVIDERS say in a few lines what real payloads say [source.shape]",
  ignore: PAYLOADS.length === 0,
  fn: async (t) => {
    const sizes = PAYLOADS.map((payload) => {
      const text = format(payload);
      const where = `${payload.kind}/${payload.file}: ${text}`;
      const [title = "", ...lines] = text.split("\n");
      assert(title.startsWith(`[${payload.kind}] `) && lines.length >= 2, where);
      assertLessOrEqual(lines.length, 12, where);
      assertNotMatch(text, /<|undefined|\[object|NaN/, where);
      assertNotMatch(text, FORBIDDEN_REGEXP, where);
      const codePoints = countCodePoints(text);
      assertLessOrEqual(codePoints, TARGET_CODE_POINTS, where);
      return { codePoints, share: codePoints / payload.bytes.length };
    });
    const shares = sizes.map(({ share }) => share).sort((a, b) => a - b);
    const median = shares[Math.floor(shares.length / 2)] ?? 1;
    const longest = Math.max(...sizes.map(({ codePoints }) => codePoints));
    const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
    const report = `${sizes.length} payloads: median ${percent(median)} and at most ` +
      `${percent(shares.at(-1) ?? 1)} of the input, at most ${longest} code points`;
    await t.step(report, () => assertLessOrEqual(median, TARGET_SHARE));
  },
});

Deno.test({
  name: "WebhookReceiver takes real payloads the whole way into the journal [source.total]",
  ignore: PAYLOADS.length === 0,
  fn: async () => {
    const kinds = [...new Set(PAYLOADS.map(({ kind }) => kind))] as SourceDraft["kind"][];
    using memory = new MemoryJournal();
    using lone = await LoneReceivers.open(
      Object.fromEntries(kinds.map((kind) => [kind, { kind, events: { allow: ["*"] } }])),
      { memory },
    );
    for (const payload of PAYLOADS) {
      const { kind, file, bytes } = payload;
      const event = eventOf(payload);
      const answer = await lone.deliver(kind, bytes, { event });
      const row = rowsOf(memory.journal).at(-1);
      if (event === "ping") assertEquals(answer, "200 ", file);
      else if (answer.startsWith("200 filtered: ")) assertEquals(row?.state, "filtered", file);
      else assertEquals([answer, row?.state], ["202 stored", "stored"], file);
      if (event !== "ping") assertEquals([row?.content, row?.raw], [format(payload), bytes], file);
    }
  },
});

Deno.test({
  name: "there is a kind for every service that real payloads are known of [source.shape]",
  ignore: PAYLOADS.length === 0,
  fn: () => {
    const unknown = PAYLOADS.filter(({ kind }) => PROVIDERS[kind] === undefined);
    assertEquals(unknown.map(({ kind }) => kind), []);
  },
});
