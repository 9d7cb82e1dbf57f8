import {
  assert,
  assertEquals,
  assertGreaterOrEqual,
  assertLessOrEqual,
  assertStrictEquals,
} from "@std/assert";
import fc from "fast-check";
import { countCodePoints, splitByCodePoints, truncate } from "../../../lib/text/truncate.ts";
import { hostileText, show } from "../_texts.ts";

Deno.test("countCodePoints() counts a pair as one and a lone surrogate as one", () => {
  const cases: [string, number][] = [
    ["", 0],
    ["abc", 3],
    ["é", 1],
    ["😀", 1],
    ["a😀b", 3],
    ["\ud83d", 1],
    ["\ude00\ud83d", 2],
    ["\ud83d\ud83d\ude00", 2],
    ["👩‍👩‍👧", 5],
  ];
  for (const [text, count] of cases) assertEquals(countCodePoints(text), count, show(text));
});

Deno.test("countCodePoints() agrees with the iteration of a string", () => {
  fc.assert(fc.property(hostileText, (text) => {
    assertEquals(countCodePoints(text), [...text].length);
  }));
});

Deno.test("truncate() returns a text that is short enough as it is", () => {
  for (const text of ["", "a".repeat(16), "😀".repeat(16)]) {
    assertStrictEquals(truncate(text, 16), text, show(text));
  }
});

Deno.test("truncate() cuts and says how much it left out", () => {
  assertEquals(truncate("a".repeat(100), 16), "aaaaaaaa… (+92)");
  assertEquals(truncate("😀".repeat(17), 16), "😀😀😀😀😀😀😀😀😀… (+8)");
});

Deno.test("truncate() keeps a beginning, counts the rest and stays within the limit", () => {
  const long = fc.tuple(hostileText, fc.nat(200)).map(([text, times]) => text.repeat(times));
  fc.assert(
    fc.property(long, fc.integer({ min: 16, max: 200 }), (text, maxCodePoints) => {
      const cut = truncate(text, maxCodePoints);
      const total = [...text].length;
      assertLessOrEqual([...cut].length, maxCodePoints);
      assertStrictEquals(truncate(cut, maxCodePoints), cut);
      if (total <= maxCodePoints) return assertStrictEquals(cut, text);
      const [, kept = "", count] = /^(.*)… \(\+(\d+)\)$/s.exec(cut) ?? [];
      assert(text.startsWith(kept));
      assertEquals([...kept].length + Number(count), total);
      // Room is kept for the largest count, which has more digits than the count may need.
      assertGreaterOrEqual([...cut].length, maxCodePoints - String(total).length);
    }),
    { numRuns: 300 },
  );
});

Deno.test("truncate() never cuts a pair in two", () => {
  for (let length = 16; length < 32; length++) {
    const text = "a".repeat(length % 2) + "😀".repeat(40);
    assert(truncate(text, length).isWellFormed(), String(length));
  }
});

Deno.test("splitByCodePoints() gives pieces that are the text again when joined", () => {
  fc.assert(fc.property(hostileText, fc.integer({ min: 1, max: 20 }), (text, maxCodePoints) => {
    const pieces = splitByCodePoints(text, maxCodePoints);
    assertEquals(pieces.join(""), text);
    for (const [index, piece] of pieces.entries()) {
      assertLessOrEqual([...piece].length, maxCodePoints);
      if (index > 0) assert(piece !== "");
      assertEquals(piece.isWellFormed() || !text.isWellFormed(), true);
    }
  }));
});

Deno.test("splitByCodePoints() fills each piece but the last", () => {
  const cases: [string, number, string[]][] = [
    ["", 3, [""]],
    ["abc", 3, ["abc"]],
    ["abcd", 3, ["abc", "d"]],
    ["abcdef", 3, ["abc", "def"]],
    ["😀😀😀", 2, ["😀😀", "😀"]],
    ["😀😀", 2, ["😀😀"]],
  ];
  for (const [text, maxCodePoints, pieces] of cases) {
    assertEquals(splitByCodePoints(text, maxCodePoints), pieces, show(text));
  }
});
