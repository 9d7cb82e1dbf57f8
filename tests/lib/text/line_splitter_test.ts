import { assert, assertEquals, assertLessOrEqual } from "@std/assert";
import fc from "fast-check";
import { LineSplitter, type SplitLine } from "../../../lib/text/line_splitter.ts";
import { hostileText, show } from "../_texts.ts";

const ENCODER = new TextEncoder();

/** Cuts bytes at the given places, which may lie outside of them. */
function cut(bytes: Uint8Array, places: readonly number[]): Uint8Array[] {
  const ends = [...places.map((place) => place % (bytes.length + 1)), bytes.length]
    .toSorted((a, b) => a - b);
  return ends.map((end, index) => bytes.slice(ends[index - 1] ?? 0, end));
}

function split(chunks: readonly Uint8Array[], maxBytes: number): SplitLine[] {
  const splitter = new LineSplitter(maxBytes);
  return chunks.flatMap((chunk) => splitter.push(chunk));
}

/** The lines of bytes that are there as a whole; what follows the last newline is no line yet. */
function readLines(bytes: Uint8Array, maxBytes: number): SplitLine[] {
  const lines: SplitLine[] = [];
  let line: number[] = [];
  for (const byte of bytes) {
    if (byte !== 0x0a) {
      line.push(byte);
      continue;
    }
    const text = new TextDecoder().decode(Uint8Array.from(line));
    if (line.length > maxBytes) lines.push({ ok: false, byteLength: line.length });
    else if (text.trim() !== "") lines.push({ ok: true, text });
    line = [];
  }
  return lines;
}

const places = fc.array(fc.nat(500), { maxLength: 12 });

Deno.test("LineSplitter gives the lines that ended and keeps the rest", () => {
  const splitter = new LineSplitter(100);
  assertEquals(splitter.push(ENCODER.encode('{"a":1}\n{"b"')), [{ ok: true, text: '{"a":1}' }]);
  assertEquals(splitter.push(ENCODER.encode(":2}")), []);
  assertEquals(splitter.push(ENCODER.encode("\n\n")), [{ ok: true, text: '{"b":2}' }]);
  assertEquals(splitter.push(new Uint8Array()), []);
  assertEquals(splitter.push(ENCODER.encode("\r\n  \n\t\nc\r\n")), [{ ok: true, text: "c\r" }]);
});

Deno.test("LineSplitter gives the same lines in whatever pieces the bytes come", () => {
  const line = fc.oneof(hostileText, fc.constantFrom("", "\n", "é😀日本語\n", "\ufeffx\n", "\r\n"));
  const bytes = fc.array(line, { maxLength: 8 }).map((lines) => ENCODER.encode(lines.join("\n")));
  fc.assert(
    fc.property(bytes, places, fc.integer({ min: 1, max: 100 }), (bytes, places, maxBytes) => {
      assertEquals(split(cut(bytes, places), maxBytes), readLines(bytes, maxBytes));
    }),
    { numRuns: 300 },
  );
});

Deno.test("LineSplitter gives the same lines of bytes that are no text", () => {
  const byte = fc.oneof(
    fc.nat(255),
    fc.constantFrom(0x0a, 0x0a, 0xf0, 0x9f, 0xc3, 0xef, 0xbb, 0xbf),
  );
  const bytes = fc.array(byte, { maxLength: 60 }).map((values) => Uint8Array.from(values));
  fc.assert(
    fc.property(bytes, places, fc.integer({ min: 1, max: 30 }), (bytes, places, maxBytes) => {
      assertEquals(split(cut(bytes, places), maxBytes), readLines(bytes, maxBytes));
    }),
    { numRuns: 500 },
  );
});

Deno.test("LineSplitter puts characters together that come byte by byte", () => {
  const bytes = ENCODER.encode("é 😀\n日本語\n");
  const chunks = Array.from(bytes, (byte) => Uint8Array.of(byte));
  assertEquals(split(chunks, 100), [{ ok: true, text: "é 😀" }, { ok: true, text: "日本語" }]);
});

Deno.test("LineSplitter keeps U+FEFF inside of a line, also at the start of a chunk", () => {
  // A decoder that is fed in pieces may take it for the mark at the start of a text.
  const line = { ok: true as const, text: '"a\ufeffb"' };
  const chunks = ['"a', '\ufeffb"\n'].map((text) => ENCODER.encode(text));
  assertEquals(split(chunks, 100), [line]);
  assertEquals(split([ENCODER.encode('"a\ufeffb"\n')], 100), [line]);
});

Deno.test("LineSplitter reports a line that is too long and reads the next", () => {
  const cases: [string, SplitLine[]][] = [
    ["12345678\nok\n", [{ ok: true, text: "12345678" }, { ok: true, text: "ok" }]],
    ["123456789\nok\n", [{ ok: false, byteLength: 9 }, { ok: true, text: "ok" }]],
    ["ééééé\nok\n", [{ ok: false, byteLength: 10 }, { ok: true, text: "ok" }]],
    [`${" ".repeat(9)}\nok\n`, [{ ok: false, byteLength: 9 }, { ok: true, text: "ok" }]],
    [
      `${"x".repeat(20)}\n${"y".repeat(30)}\nok\n`,
      [{ ok: false, byteLength: 20 }, { ok: false, byteLength: 30 }, { ok: true, text: "ok" }],
    ],
  ];
  for (const [text, lines] of cases) {
    const bytes = ENCODER.encode(text);
    assertEquals(split([bytes], 8), lines, show(text));
    assertEquals(split(Array.from(bytes, (byte) => Uint8Array.of(byte)), 8), lines, show(text));
  }
});

Deno.test("LineSplitter lets the caller use its buffer again", () => {
  const splitter = new LineSplitter(100);
  const buffer = new Uint8Array(4);
  const lines: SplitLine[] = [];
  for (const part of ["abcd", "efgh", "ij\nk", "lmn\n"]) {
    buffer.set(ENCODER.encode(part));
    lines.push(...splitter.push(buffer));
    buffer.fill(0x21);
  }
  assertEquals(lines, [{ ok: true, text: "abcdefghij" }, { ok: true, text: "klmn" }]);
});

Deno.test("LineSplitter does not keep a line that is too long", () => {
  const chunk = new Uint8Array(4 << 20).fill(0x61);
  const splitter = new LineSplitter(1024);
  const beforeBytes = Deno.memoryUsage().external;
  for (let count = 0; count < 128; count++) assertEquals(splitter.push(chunk), []);
  // 512 MiB went in. Garbage of other tests may still be counted or may be gone.
  assertLessOrEqual(Deno.memoryUsage().external - beforeBytes, 64 << 20);
  const lines = splitter.push(ENCODER.encode("\nok\n"));
  assertEquals(lines, [{ ok: false, byteLength: 512 << 20 }, { ok: true, text: "ok" }]);
});

Deno.test("LineSplitter does not mix what two instances have read", () => {
  const [first, second] = [new LineSplitter(10), new LineSplitter(10)];
  first.push(ENCODER.encode("a").slice());
  assertEquals(second.push(ENCODER.encode("b\n")), [{ ok: true, text: "b" }]);
  const [line] = first.push(ENCODER.encode("c\n"));
  assert(line?.ok);
  assertEquals(line.text, "ac");
});
