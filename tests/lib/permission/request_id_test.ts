import { assert, assertEquals, assertFalse } from "@std/assert";
import fc from "fast-check";
import { isRequestId } from "../../../lib/permission/request_id.ts";
import { hostileText, show } from "../_texts.ts";

const LETTERS = "abcdefghijkmnopqrstuvwxyz";

Deno.test("isRequestId() accepts five letters of a-z without l [request-id.shape]", () => {
  const id = fc.string({ unit: fc.constantFrom(...LETTERS), minLength: 5, maxLength: 5 });
  fc.assert(fc.property(id, (text) => assert(isRequestId(text), text)));
  for (const letter of LETTERS) assert(isRequestId(letter.repeat(5)), letter);
});

Deno.test("isRequestId() refuses every other text [request-id.shape]", () => {
  const cases = [
    "",
    "abcd",
    "abcdef",
    "hello",
    "lllll",
    "abcdl",
    "ABCDE",
    "Abcde",
    "abcd1",
    "abcd_",
    " abcde",
    "abcde ",
    "abcde\n",
    "\nabcde",
    "abcde\nabcde",
    "abcd\u0435",
    "abcdé",
    "ａｂｃｄｅ",
    "abcdſ",
    "abcd\u212a",
    "ab\u200bcde",
    "abcde\u200b",
    "abcd\0",
  ];
  for (const text of cases) assertFalse(isRequestId(text), show(text));
});

Deno.test("isRequestId() looks at the letters one by one [request-id.shape]", () => {
  const near = fc.string({ unit: fc.constantFrom(...LETTERS, "l", "A", " "), maxLength: 7 });
  fc.assert(fc.property(fc.oneof(near, hostileText), (text) => {
    const expected = text.length === 5 && [...text].every((letter) => LETTERS.includes(letter));
    assertEquals(isRequestId(text), expected);
  }));
});

Deno.test("isRequestId() refuses what is not a text", () => {
  const cases: unknown[] = [undefined, null, 12345, true, {}, [], ["abcde"], new String("abcde")];
  for (const value of cases) assertFalse(isRequestId(value), show(value));
});
