import { assert, assertLessOrEqual } from "@std/assert";
import fc from "fast-check";
import { PROVIDERS } from "../../../../lib/sources/providers/kinds.ts";
import { parseBody } from "../../../../lib/sources/body/parse_body.ts";
import { hostileText } from "../../_texts.ts";
import { assertSound } from "../_shapes.ts";

const ALL = Object.values(PROVIDERS);

/** The largest body in bytes. */
const MEBIBYTE = 1024 * 1024;

/** The limit for a busy machine and for code that is measured; a quadratic way takes far longer. */
const MAX_MS = 1000;
const MAX_RUNS = 10;

/** Repeats a text up to a mebibyte, between a start and an end. */
function fill(start: string, text: string, end: string): string {
  return start + text.repeat((MEBIBYTE - start.length - end.length) / text.length) + end;
}

/** Nests as deep as a mebibyte allows. */
function nest(open: string, close: string): string {
  const depth = Math.floor((MEBIBYTE - 4) / (open.length + close.length));
  return `${open.repeat(depth)}null${close.repeat(depth)}`;
}

/** Bodies of a mebibyte at their worst: some under the names that providers read. */
const LARGE: Readonly<Record<string, string>> = {
  "nested lists": nest("[", "]"),
  "nested objects": nest('{"data":', "}"),
  "nested objects beside others": nest('{"id":1,"object":', "}"),
  "a wide list": fill("[0", ",0", "]"),
  "a list of objects": fill('{"alerts":[{}', ',{"labels":{"a":"b"},"status":"firing"}', "]}"),
  "a list of commits": fill(
    '{"ref":"refs/heads/main","commits":[{}',
    ',{"message":"a\\nb","added":["c"]}',
    "]}",
  ),
  "a wide object": fill(`{${Array.from({ length: 70_000 }, (_, i) => `"k${i}":${i}`)}`, " ", "}"),
  "a long text": fill('{"message":"', "a@b.c ", '"}'),
  "a long text of backslashes": fill('{"text":"', "\\\\", '"}'),
  "a long number": fill("[", "9", "]"),
};

Deno.test("PROVIDERS make an event of any JSON [source.total]", () => {
  const event = fc.oneof(hostileText, fc.constantFrom("", "push", "pipeline", "Issue", "message"));
  fc.assert(
    fc.property(fc.constantFrom(...ALL), event, fc.jsonValue(), (provider, event, payload) => {
      assertSound(provider, { event, payload });
    }),
    { numRuns: 2000 },
  );
});

Deno.test("PROVIDERS make an event of any bytes that a body can have [source.total]", () => {
  const json = fc.json().map((text) => new TextEncoder().encode(text));
  const types = fc.constantFrom(null, "application/json", "application/x-www-form-urlencoded");
  const body = fc.oneof(json, fc.uint8Array({ maxLength: 200 }));
  fc.assert(
    fc.property(fc.constantFrom(...ALL), body, types, (provider, bytes, type) => {
      const parsed = parseBody(bytes, type);
      if (!parsed.ok || parsed.format === "binary") return;
      assertSound(provider, { event: "", payload: parsed.payload });
    }),
    { numRuns: 1000 },
  );
});

for (const [what, text] of Object.entries(LARGE)) {
  Deno.test(`PROVIDERS get through a mebibyte of ${what} within ${MAX_MS} ms [source.total]`, () => {
    const bytes = new TextEncoder().encode(text);
    assertLessOrEqual(MEBIBYTE - bytes.length, 64);
    for (const provider of ALL) {
      let fastestMs = Infinity;
      for (let run = 0; run < MAX_RUNS && fastestMs > MAX_MS; run++) {
        const start = performance.now();
        const parsed = parseBody(bytes, "application/json");
        assert(parsed.ok && parsed.format === "json", what);
        assertSound(provider, { event: "", payload: parsed.payload });
        fastestMs = Math.min(fastestMs, performance.now() - start);
      }
      assertLessOrEqual(fastestMs, MAX_MS, provider.name);
    }
  });
}
