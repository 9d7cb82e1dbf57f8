import fc from "fast-check";

/** Characters that are not seen, that move what is seen, or that end a line. */
export const UNSEEN_CHARACTERS: readonly string[] = [
  ..."\0\x07\x08\x0b\x0c\x1b\x7f\x85\x90\x9b\x9c\x9d",
  ..."\u00ad\u034f\u061c\u115f\u17b4\u180e\u200b\u200c\u200d\u200e\u200f\u2028\u2029",
  ..."\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\u206a\u3164",
  ..."\ufe0f\ufeff\uffa0\ufff9\u{1d173}\u{e0001}\u{e0041}\u{e007f}\u{e0100}",
];

/**
 * Text of any code points, halves of surrogate pairs included. The `binary` unit of fast-check would
 * do, but takes the better part of a second to set up in each file.
 */
export function anyString(maxLength: number): fc.Arbitrary<string> {
  const codePoint = fc.oneof(fc.nat(0xff), fc.nat(0xffff), fc.nat(0x10ffff));
  return fc.array(codePoint, { maxLength }).map((codePoints) =>
    String.fromCodePoint(...codePoints)
  );
}

/** Text from outside at its worst: halves of pairs, controls, markup, quotes, all kinds of space. */
export const hostileText: fc.Arbitrary<string> = fc.array(
  fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom(...UNSEEN_CHARACTERS) },
    { weight: 2, arbitrary: fc.constantFrom(..." \t\n\r\u00a0\u2003\u3000", "\r\n", "  ") },
    { weight: 2, arbitrary: fc.constantFrom(..."<>\"'&/=`\\‹›…", "&lt;", "\\u{202E}") },
    { weight: 1, arbitrary: fc.constantFrom("\ud800", "\udbff", "\udc00", "\udfff") },
    { weight: 1, arbitrary: fc.constantFrom("👩‍👩‍👧", "❤️", "می‌خواهم", "é", "e\u0301", "𝕏") },
    { weight: 3, arbitrary: fc.string({ unit: "grapheme-ascii", maxLength: 8 }) },
    { weight: 2, arbitrary: anyString(8) },
  ),
  { maxLength: 24 },
).map((pieces) => pieces.join(""));

/** Letters of `text` in any case. */
export function anyCase(text: string): fc.Arbitrary<string> {
  return fc.mixedCase(fc.constant(text));
}

/** A case of a table as a message of one line. */
export function show(value: unknown): string {
  return JSON.stringify(value) ?? String(value);
}
