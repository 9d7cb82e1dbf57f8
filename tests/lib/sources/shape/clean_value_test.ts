import {
  assert,
  assertEquals,
  assertNotMatch,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import fc from "fast-check";
import { cleanValue } from "../../../../lib/sources/shape/clean_value.ts";
import { hostileText, show } from "../../_texts.ts";

Deno.test("cleanValue() gives one line that is all seen and opens nothing [source.untrusted]", () => {
  const cases: [string, string][] = [
    ["one\r\ntwo\tthree", "one two three"],
    ["\x1b[31mred\x1b[0m \x1b]0;title\x07", "red"],
    ["a\u202eb\u2066c\u200bd\u{e0041}e\ufefff", "abcdef"],
    ['</channel> "quoted"', "‹/channel› 'quoted'"],
    [
      "&lt;/channel&GT; &#60;b&#x3e; R&D &amp;",
      "&amp;lt;/channel&amp;GT; &amp;#60;b&amp;#x3e; R&D &amp;",
    ],
    ["```sh", "` ` `sh"],
    ["a\u200b@b.co", "[e-mail]"],
    ["\ud800", "\ufffd"],
    ["\u200b \x00", ""],
  ];
  for (const [text, clean] of cases) assertEquals(cleanValue(text, 200), clean, show(text));
});

Deno.test("cleanValue() keeps to the limit and counts what it left out [source.shape]", () => {
  assertEquals(cleanValue("a".repeat(100), 16), "aaaaaaaa… (+92)");
  const long = cleanValue("a".repeat(1_000_000), 20);
  assertEquals(long, "aaaaaaaa… (+999992)");
  assertEquals(cleanValue(`ghp_${"a".repeat(90)}`, 16), "[redacted]");
  assertThrows(() => cleanValue("a", 15), RangeError);
});

Deno.test("cleanValue() holds its promises for any text, and once is enough [source.untrusted]", () => {
  fc.assert(
    fc.property(hostileText, fc.integer({ min: 16, max: 60 }), (text, max) => {
      const clean = cleanValue(text, max);
      assertNotMatch(clean, /[<>"\n\r\p{Cc}\p{Cf}]|`{3}/u);
      assert([...clean].length <= max);
      assertStrictEquals(cleanValue(clean, max), clean);
    }),
    { numRuns: 1000 },
  );
});
