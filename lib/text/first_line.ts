import { cleanLine } from "./clean_line.ts";
import { truncate } from "./truncate.ts";

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
