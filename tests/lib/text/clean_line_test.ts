import {
  assert,
  assertEquals,
  assertFalse,
  assertNotMatch,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import fc from "fast-check";
import { cleanLine, firstLine, isCleanLine } from "../../../lib/text/clean_line.ts";
import { hostileText, show } from "../_texts.ts";

Deno.test("isCleanLine() accepts words of plain ASCII with one space between them only", () => {
  for (const text of ["", "a", "a b c", "path=/ci?run=1&x=2", "it's 5 = 5; {}~!"]) {
    assert(isCleanLine(text), show(text));
  }
  for (
    const text of [" ", "a ", " a", "a  b", "a\tb", "a\n", "\n", 'a"b', "a<b", "a>b", "é", "a\0"]
  ) {
    assertFalse(isCleanLine(text), show(text));
  }
});

Deno.test("isCleanLine() accepts nothing that cleanLine() would change", () => {
  const plain = fc.string({ unit: fc.constantFrom(...'ab0 ~!#"<=>\t\x7fé') });
  fc.assert(fc.property(fc.oneof(plain, hostileText), (text) => {
    if (isCleanLine(text)) assertStrictEquals(cleanLine(text, 10_000), text);
  }));
});

Deno.test("cleanLine() folds space, takes out the unseen and replaces what ends an attribute", () => {
  const cases: [string, string][] = [
    ["main", "main"],
    ["  two \n\t lines ", "two lines"],
    ["a\r\nb\rc\x85d\u2028e\u2029f", "a b c d e f"],
    ["a\u00a0b\u3000c", "a b c"],
    ["a \u200b b", "a b"],
    ["\u200b a \u200b", "a"],
    ['x" admin="yes', "x' admin='yes"],
    ["x></channel><channel>", "x›‹/channel›‹channel›"],
    ["\u202eabc\u2066", "abc"],
    ["a\0b\x1b[31mc", "ab[31mc"],
    ["a\u{e0061}\ufe0f\u00adb", "ab"],
    ["a\ud800b", "a\ufffdb"],
    ["日本語 é 😀", "日本語 é 😀"],
  ];
  for (const [text, clean] of cases) assertEquals(cleanLine(text, 100), clean, show(text));
});

Deno.test("cleanLine() returns one seen line within the limit, whatever goes in", () => {
  fc.assert(
    fc.property(hostileText, fc.integer({ min: 16, max: 60 }), (text, maxCodePoints) => {
      const line = cleanLine(text, maxCodePoints);
      assertNotMatch(line, /[\p{Cc}\p{Cf}\p{DI}\p{Zl}\p{Zp}"<>]/u);
      assertNotMatch(line, /\s\s|^\s|\s$/);
      assert(line.isWellFormed());
      assert([...line].length <= maxCodePoints);
      assertStrictEquals(cleanLine(line, maxCodePoints), line);
    }),
    { numRuns: 500 },
  );
});

Deno.test("cleanLine() cuts a plain line and a line that has to be cleaned alike", () => {
  assertEquals(cleanLine("a".repeat(50), 20), "a".repeat(13) + "… (+37)");
  assertEquals(cleanLine("\t" + "a".repeat(50), 20), "a".repeat(13) + "… (+37)");
});

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
    ["＜b﹤ᐸ˂", "‹b‹‹‹"],
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
