import { assert, assertEquals, assertLessOrEqual, assertNotMatch } from "@std/assert";
import { parseBody } from "../../lib/sources/body/parse_body.ts";
import { PROVIDER_NAMES, type ProviderName, PROVIDERS } from "../../lib/sources/providers/kinds.ts";
import { formatShape } from "../../lib/sources/shape/format_shape.ts";
import type { Shape } from "../../lib/sources/shape/shape.ts";
import { countCodePoints } from "../../lib/text/truncate.ts";
import { GENERIC, type SourceDraft } from "../_signed_delivery.ts";
import { MemoryJournal } from "../server/_memory_journal.ts";
import { LoneReceivers, rowsOf } from "../server/_sources.ts";
import { listFiles, PROJECT } from "./_files.ts";

/**
 * Bodies in the size and shape of real ones; their content is invented. The folder is the provider,
 * and the name of the file is the type of the event, percent-encoded.
 */
const FOLDER = "tests/payloads/";

/** Texts that no event may show: addresses and numbers of people, tokens, keys, pages for machines. */
const FORBIDDEN_REGEXP =
  /[\w.+-]+@[\w-]+\.[a-z]{2,}|\+45|\+1 415|203\.0\.113|-invented-0042|tide-and-time|gh[a-z]_\w{10}|xox[a-z]-|[sr]k_live_|whsec_|PRIVATE KEY|:\/\/(?:api\.|avatars|uploads|www\.gravatar)/i;

/** The most lines after the first: twelve pairs, and the count of fields. */
const MAX_LINES = 13;

/** The longest event in code points, and the median share of the input. */
const TARGET_CODE_POINTS = 800;
const TARGET_SHARE = 0.15;

interface Payload {
  readonly provider: ProviderName;
  /** The type as a header says it. */
  readonly event: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** Sets the time of now in a body whose provider signs it there. */
function withTimeOfNow(provider: ProviderName, body: Record<string, unknown>): unknown {
  const { scheme } = PROVIDERS[provider];
  const path = "bodyTime" in scheme ? scheme.bodyTime?.path : undefined;
  return path === undefined ? body : { ...body, [path]: Date.now() };
}

async function readPayloads(): Promise<Payload[]> {
  const paths = await listFiles(FOLDER, ".json");
  return await Promise.all(paths.map(async (path) => {
    const [provider = "", file = ""] = path.slice(FOLDER.length).split("/");
    assert(PROVIDERS[provider] !== undefined, `${path} is of no provider`);
    const url = new URL(path.replaceAll("%", "%25"), PROJECT);
    const body = JSON.parse(await Deno.readTextFile(url));
    const known = provider as ProviderName;
    return {
      provider: known,
      event: decodeURIComponent(file.replace(/\.json$/, "")),
      bytes: new TextEncoder().encode(JSON.stringify(withTimeOfNow(known, body))),
    };
  }));
}

function shapeOf({ provider, event, bytes }: Payload): Shape {
  const body = parseBody(bytes, "application/json");
  assert(body.ok && body.format === "json", event);
  const { scheme, shape } = PROVIDERS[provider];
  const hasHeader = "event" in scheme && scheme.event.headers !== undefined;
  return shape({ event: hasHeader ? event : "", payload: body.payload });
}

/** Formats the event of a payload as Claude reads it. */
function format(payload: Payload): string {
  return formatShape(payload.provider, shapeOf(payload)).text;
}

const PAYLOADS = await readPayloads();

Deno.test("there is a payload of every provider [source.shape]", () => {
  const providers = new Set(PAYLOADS.map(({ provider }) => provider));
  assertEquals(PROVIDER_NAMES.filter((name) => !providers.has(name)), []);
});

Deno.test("PROVIDERS say in a few lines what payloads say [source.shape]", async (t) => {
  const sizes = PAYLOADS.filter(({ event }) => event !== "ping").map((payload) => {
    const text = format(payload);
    const where = `${payload.provider}/${payload.event}: ${text}`;
    const [title = "", ...lines] = text.split("\n");
    assert(title.startsWith(`[${payload.provider}] `) && lines.length >= 2, where);
    assertLessOrEqual(lines.length, MAX_LINES, where);
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
});

/** Drafts a source that wants all events. */
function draftOf(kind: ProviderName): SourceDraft {
  const isSigning = PROVIDERS[kind].setup.secretForm === "whsec";
  return {
    ...(kind === "generic" ? GENERIC : { kind }),
    ...(isSigning && { secrets: ["whsec_AQIDBAUGBwg="] }),
    events: { allow: ["*"] },
  };
}

Deno.test("WebhookReceiver takes payloads the whole way into the journal [source.total]", async () => {
  // Only Discord can sign as Discord.
  const payloads = PAYLOADS.filter(({ provider }) => provider !== "discord");
  using memory = new MemoryJournal();
  const drafts = Object.fromEntries(
    payloads.map(({ provider }) => [provider, draftOf(provider)]),
  );
  using lone = await LoneReceivers.open(drafts, { memory });
  for (const payload of payloads) {
    const { provider, event, bytes } = payload;
    const secret = drafts[provider]?.secrets?.[0];
    const answer = await lone.deliver(provider, bytes, { event, secret });
    const where = `${provider}/${event}`;
    const row = rowsOf(memory.journal).at(-1);
    if (event === "ping") {
      assertEquals(answer, "200 ", where);
      continue;
    }
    if (answer.startsWith("200 filtered: ")) assertEquals(row?.state, "filtered", where);
    else assertEquals([answer, row?.state], ["202 stored", "stored"], where);
    assertEquals([row?.content, row?.raw], [format(payload), bytes], where);
  }
});
