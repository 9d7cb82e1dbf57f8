import { truncate } from "./truncate.ts";

/** Printable ASCII without `"`, `<` and `>`, words with one space between them. */
const CLEAN_REGEXP = /^(?:[!#-;=?-~]+(?: [!#-;=?-~]+)*)?$/;

/** Everything that is not seen or that moves what is: controls, format and ignorable characters. */
const UNSEEN_REGEXP = /[\p{Cc}\p{Cf}\p{DI}\p{Zl}\p{Zp}]/gu;

/** Tells whether a text is a clean line already; `false` for what only may be. */
export function isCleanLine(text: string): boolean {
  return CLEAN_REGEXP.test(text);
}

/**
 * Cleans text from outside for use in a place of one line, such as an attribute of the `<channel>`
 * tag: white space is folded, unseen characters go, and `"`, `<` and `>` become `'`, `‹` and `›`, so
 * that the text cannot end the attribute and begin another, whatever the client does to escape it.
 *
 * @param text Any string.
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
    .replaceAll("<", "‹")
    .replaceAll(">", "›")
    .replace(/ {2,}/g, " ")
    .trim();
  return truncate(clean, maxCodePoints);
}

/** From the first character that is seen to the end of its line. */
const FIRST_LINE_REGEXP = /[^\s\p{Cc}\p{Cf}\p{DI}][^\r\n]*/u;

/**
 * The first line of a text that shows anything, cleaned for a place of one line.
 *
 * @param content Any string.
 * @param maxCodePoints The longest result in code points, the marker `… (+N)` included; from 16.
 * @returns The line, or `(empty)` when there is none.
 * @throws {RangeError} When the limit is no whole number or below 16.
 */
export function firstLine(content: string, maxCodePoints: number): string {
  const line = FIRST_LINE_REGEXP.exec(content)?.[0];
  if (line === undefined) return truncate("(empty)", maxCodePoints);
  return cleanLine(line, maxCodePoints);
}
