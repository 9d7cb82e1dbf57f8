import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { tryParseVerdict, type Verdict } from "../../../lib/permission/verdict.ts";
import { anyCase, hostileText, show } from "../_texts.ts";

const LETTERS = "abcdefghijkmnopqrstuvwxyz";

const id = fc.string({ unit: fc.constantFrom(...LETTERS), minLength: 5, maxLength: 5 });
const space = fc.string({
  unit: fc.constantFrom(..." \t\n\r\v\f\u00a0\u1680\u2003\u2028\u2029\u3000\ufeff"),
  maxLength: 4,
});

/** A valid verdict and what it says. */
const valid = fc.record({
  before: space,
  answer: fc.constantFrom("y", "yes", "n", "no"),
  between: space.filter((text) => text !== ""),
  id,
  after: space,
}).chain((parts) =>
  fc.tuple(anyCase(parts.answer), anyCase(parts.id)).map(([answer, shouted]) => ({
    text: parts.before + answer + parts.between + shouted + parts.after,
    verdict: {
      behavior: parts.answer.startsWith("y") ? "allow" as const : "deny" as const,
      requestId: parts.id,
    },
  }))
);

/** Small letters of ASCII only, whatever else looks or folds like one. */
function lower(text: string): string {
  return text.replace(/[A-Z]/g, (letter) => String.fromCharCode(letter.charCodeAt(0) + 32));
}

/** The documented rule without a pattern: two words, an answer and an id. */
function readVerdict(text: string): Verdict | undefined {
  const words = text.split(/\s+/).filter((word) => word !== "").map(lower);
  const [answer = "", requestId = ""] = words;
  const isId = requestId.length === 5 && [...requestId].every((char) => LETTERS.includes(char));
  if (words.length !== 2 || !isId) return undefined;
  if (answer === "y" || answer === "yes") return { behavior: "allow", requestId };
  if (answer === "n" || answer === "no") return { behavior: "deny", requestId };
  return undefined;
}

Deno.test("tryParseVerdict() reads a verdict in any case and spacing [verdict.pattern]", () => {
  fc.assert(
    fc.property(valid, ({ text, verdict }) => assertEquals(tryParseVerdict(text), verdict)),
    { numRuns: 500 },
  );
});

Deno.test("tryParseVerdict() lower-cases the id [verdict.lower-cased]", () => {
  const cases: [string, Verdict][] = [
    ["yes abcde", { behavior: "allow", requestId: "abcde" }],
    ["YES ABCDE", { behavior: "allow", requestId: "abcde" }],
    ["y aBcDe", { behavior: "allow", requestId: "abcde" }],
    ["No zYxWv", { behavior: "deny", requestId: "zyxwv" }],
    ["N SKIKS", { behavior: "deny", requestId: "skiks" }],
  ];
  for (const [text, verdict] of cases) assertEquals(tryParseVerdict(text), verdict, show(text));
});

Deno.test("tryParseVerdict() takes everything else for chat [verdict.pattern]", () => {
  const cases = [
    "",
    " ",
    "yes",
    "abcde",
    "yesabcde",
    "ye abcde",
    "yess abcde",
    "nope abcde",
    "ok abcde",
    "yes no abcde",
    "yes abcd",
    "yes abcdef",
    "yes abcdl",
    "yes ABCDL",
    "yes hello",
    "yes abcd1",
    "yes 12345",
    "yes abcde please",
    "please yes abcde",
    "say yes abcde",
    "yes, abcde",
    "yes: abcde",
    "yes abcde.",
    "yes abcde!",
    '"yes abcde"',
    "> yes abcde",
    "yes abcde fghij",
    "yes abcde\nno fghij",
    "chat\nyes abcde",
    "yes abcde\nchat",
    "yes-abcde",
    "yes_abcde",
    "yes <abcde>",
    // Look-alikes and letters that fold to ASCII.
    "уes abcde",
    "yеs abcde",
    "nо abcde",
    "yeſ abcde",
    "yes abcdſ",
    "yes abcd\u212a",
    "yes abcd\u0131",
    "yes abcd\u0130",
    "ｙｅｓ ａｂｃｄｅ",
    "yes ａｂｃｄｅ",
    "yes аbcde",
    "yes abcdé",
    "yes abcde\u0301",
    // Characters that are not seen and are no white space.
    "y\u200bes abcde",
    "yes abc\u200bde",
    "yes\u200babcde",
    "yes abcde\u200b",
    "\u200byes abcde",
    "yes abc\u00adde",
    "\u202eyes abcde",
    "yes abcde\0",
    "yes\x1b abcde",
  ];
  for (const text of cases) assertEquals(tryParseVerdict(text), undefined, show(text));
});

Deno.test("tryParseVerdict() reads a verdict with one change as the rule says [verdict.pattern]", () => {
  const character = fc.constantFrom(
    ..."lLyYnNoOeEsSkK1 \t\n\ufeff\u2028.,!>\"'-_/\0\u200b\u200d\u00ad\u202e\u0301",
    ..."уеоаſıİ\u212aｙｅｓ\ud83d",
    "",
  );
  fc.assert(
    fc.property(valid, fc.nat(), character, fc.boolean(), ({ text }, at, inserted, replaces) => {
      const index = at % (text.length + 1);
      const changed = text.slice(0, index) + inserted + text.slice(index + (replaces ? 1 : 0));
      assertEquals(tryParseVerdict(changed), readVerdict(changed));
    }),
    { numRuns: 500 },
  );
});

Deno.test("tryParseVerdict() reads no verdict out of text around it [verdict.pattern]", () => {
  const words = hostileText.filter((text) => text.trim() !== "");
  fc.assert(fc.property(valid, words, fc.boolean(), ({ text }, word, isFirst) => {
    assertEquals(tryParseVerdict(isFirst ? `${word} ${text}` : `${text} ${word}`), undefined);
  }));
});

Deno.test("tryParseVerdict() gets through long white space", () => {
  const spaces = " ".repeat(100_000);
  assertEquals(tryParseVerdict(`${spaces}yes${spaces}abcde${spaces}`)?.requestId, "abcde");
  assertEquals(tryParseVerdict(`${spaces}yes${spaces}abcde${spaces}.`), undefined);
});
