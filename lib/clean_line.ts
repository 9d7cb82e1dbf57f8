import { truncate } from "./truncate.ts";

/** Printable ASCII without the three characters that could end an attribute or open a tag. */
const PLAIN_REGEXP = /^[ !#-;=?-~]*$/;

/** Everything that is not seen or that moves what is: controls, format and ignorable characters. */
const UNSEEN_REGEXP = /[\p{Cc}\p{Cf}\p{DI}\p{Zl}\p{Zp}]/gu;

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
  const clean = PLAIN_REGEXP.test(text) ? text : text
    .toWellFormed()
    .replace(/[\s\x85]+/g, " ")
    .replace(UNSEEN_REGEXP, "")
    .replaceAll('"', "'")
    .replaceAll("<", "‹")
    .replaceAll(">", "›");
  return truncate(clean.replace(/ {2,}/g, " ").trim(), maxCodePoints).trim();
}
