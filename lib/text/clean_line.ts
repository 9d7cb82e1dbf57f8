import { truncate } from "./truncate.ts";

/** Printable ASCII without `"`, `<` and `>`, words with one space between them. */
const CLEAN_REGEXP = /^(?:[!#-;=?-~]+(?: [!#-;=?-~]+)*)?$/;

/** Invisible and moving characters: controls, format and ignorable characters. */
const UNSEEN_REGEXP = /[\p{Cc}\p{Cf}\p{DI}\p{Zl}\p{Zp}]/gu;

/** Tells whether a text is certainly a clean line; `false` also for one that only may be. */
export function isCleanLine(text: string): boolean {
  return CLEAN_REGEXP.test(text);
}

/**
 * Cleans text from outside for use in one line, such as an attribute of the `<channel>` tag: folds
 * white space, removes invisible characters, and turns `"`, `<` and `>` into `'`, `‹` and `›`. Otherwise
 * a client that does not escape them would let the text end the attribute and begin another.
 *
 * @param maxCodePoints The longest result in code points, its marker `… (+N)` included.
 * @returns One line without leading and trailing white space.
 */
export function cleanLine(text: string, maxCodePoints: number): string {
  if (isCleanLine(text)) return truncate(text, maxCodePoints).trim();
  const clean = text
    .toWellFormed()
    .replace(/[\s\x85]+/g, " ")
    .replace(UNSEEN_REGEXP, "")
    .replaceAll('"', "'")
    .replace(/[<\u02c2\u1438\ufe64\uff1c]/g, "‹")
    .replaceAll(">", "›")
    .replace(/ {2,}/g, " ")
    .trim();
  return truncate(clean, maxCodePoints);
}

/** From the first character that is seen to the end of its line. */
const FIRST_LINE_REGEXP = /[^\s\p{Cc}\p{Cf}\p{DI}][^\r\n]*/u;

/**
 * Finds the first line of a text with a visible character, and cleans it.
 *
 * @param maxCodePoints The longest result in code points, the marker `… (+N)` included; from 16.
 * @returns The line, or `(empty)` when there is none.
 * @throws {RangeError} When the limit is no whole number or below 16.
 */
export function firstLine(content: string, maxCodePoints: number): string {
  const line = FIRST_LINE_REGEXP.exec(content)?.[0];
  if (line === undefined) return truncate("(empty)", maxCodePoints);
  return cleanLine(line, maxCodePoints);
}
