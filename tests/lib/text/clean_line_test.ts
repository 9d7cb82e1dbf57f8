import { assert, assertEquals, assertFalse, assertNotMatch, assertStrictEquals } from "@std/assert";
import fc from "fast-check";
import { cleanLine, isCleanLine } from "../../../lib/text/clean_line.ts";
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
