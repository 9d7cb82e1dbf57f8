import { assert, assertEquals, assertNotMatch, assertThrows } from "@std/assert";
import fc from "fast-check";
import { cleanLine } from "../../../lib/text/clean_line.ts";
import { firstLine } from "../../../lib/text/first_line.ts";
import { hostileText, show } from "../_texts.ts";

Deno.test("firstLine() takes the first line that shows anything, and cleans it", () => {
  const cases: [string, string][] = [
    ["one", "one"],
    ["one\ntwo", "one"],
    ["one\r\ntwo", "one"],
    ["one\rtwo", "one"],
    ["\n\r\n \t\r\n\u00a0\u3000\n  two  \nthree", "two"],
    ["\u200b\n\ufeff\n\u202e \u2066\n\0\x1b\ntwo", "two"],
    ["\ufff9\n\u3164\n\x7f\ntwo", "two"],
    ["\u200b two", "two"],
    [" a \t b\u200b ", "a b"],
    ["a\u2028b\x85c\vd", "a b c d"],
    ['<b class="x">', "‹b class='x'›"],
    ["\ud800\nx", "\ufffd"],
    ["\n\u{e0041}😀\nx", "😀"],
    [".", "."],
    ["日本語\n", "日本語"],
  ];
  for (const [text, line] of cases) assertEquals(firstLine(text, 100), line, show(text));
});

Deno.test("firstLine() says so when no line shows anything", () => {
  for (const text of ["", " ", "\n\n", "\r\n \t", "\u200b\n\u202e\x85\u2028", "\0", "\u{e0041}"]) {
    assertEquals(firstLine(text, 16), "(empty)", show(text));
  }
});

Deno.test("firstLine() cuts a long line and says how much of that line it left out", () => {
  assertEquals(
    firstLine(`\n  ${"a".repeat(50)}\n${"b".repeat(50)}`, 20),
    `${"a".repeat(13)}… (+37)`,
  );
  assertEquals(firstLine(`${"😀".repeat(17)}\nx`, 16), `${"😀".repeat(9)}… (+8)`);
  assertEquals(firstLine(`${"a".repeat(16)}\nx`, 16), "a".repeat(16));
});

Deno.test("firstLine() throws when the limit has no room for the marker", () => {
  for (const maxCodePoints of [15, 0, -1, 16.5, NaN, Infinity]) {
    for (const content of ["", "\n", "one", "\none\n"]) {
      const error = assertThrows(() => firstLine(content, maxCodePoints), RangeError);
      assert(error.message.endsWith(`received ${maxCodePoints}`), error.message);
    }
  }
});

Deno.test("firstLine() is the first of all lines that cleaning leaves anything of", () => {
  const text = fc.array(fc.oneof(hostileText, fc.constantFrom("\n", "\r", "\r\n", " ", "\u200b")))
    .map((pieces) => pieces.join(""));
  fc.assert(
    fc.property(text, fc.integer({ min: 16, max: 60 }), (text, maxCodePoints) => {
      const lines = text.split(/[\r\n]/).map((line) => cleanLine(line, maxCodePoints));
      const line = firstLine(text, maxCodePoints);
      assertEquals(line, lines.find((line) => line !== "") ?? "(empty)");
      assert([...line].length <= maxCodePoints);
      assertNotMatch(line, /[\p{Cc}\p{Cf}\p{DI}\p{Zl}\p{Zp}"<>]/u);
    }),
    { numRuns: 500 },
  );
});

Deno.test("firstLine() gets through long texts without a line and with many", () => {
  assertEquals(firstLine("\u200b\n".repeat(500_000), 80), "(empty)");
  assertEquals(firstLine(`${" \n".repeat(500_000)}end`, 80), "end");
  assertEquals(firstLine(`${"\u200b".repeat(1_000_000)}end\r`, 80), "end");
  assertEquals(firstLine("line\n".repeat(200_000), 80), "line");
});
