import { assert, assertEquals, assertFalse } from "@std/assert";
import fc from "fast-check";
import { isEqualConstantTime } from "../../../lib/access/constant_time.ts";
import { anyString, show } from "../_texts.ts";

Deno.test("isEqualConstantTime() tells whether two texts are the same [access.token]", () => {
  for (const text of ["", "a", "K7MWQ2", "\0", "📱"]) assert(isEqualConstantTime(text, text));
  const cases: [string, string][] = [
    ["", "a"],
    ["a", "b"],
    ["a", "A"],
    ["abc", "abd"],
    ["abc", "bbc"],
    ["abc", "ab"],
    ["abc", "abc\0"],
    // Only the upper byte differs, and only one bit that others cannot make up for.
    ["a", "\u0161"],
    ["ab", "ba"],
    ["📱", "\ud83d\udcf2"],
  ];
  for (const [a, b] of cases) {
    assertFalse(isEqualConstantTime(a, b), show([a, b]));
    assertFalse(isEqualConstantTime(b, a), show([b, a]));
  }
});

Deno.test("isEqualConstantTime() agrees with the comparison of texts [access.token]", () => {
  fc.assert(fc.property(anyString(8), fc.nat(20), anyString(1), (text, place, other) => {
    const changed = text.slice(0, place) + other + text.slice(place + other.length);
    assertEquals(isEqualConstantTime(text, changed), text === changed);
    assert(isEqualConstantTime(text, `${text}`));
  }));
});
