import { cleanContent } from "../../text/clean_content.ts";
import { cleanLine } from "../../text/clean_line.ts";
import { countCodePoints, splitByCodePoints, truncate } from "../../text/truncate.ts";
import { redactText } from "./redact.ts";

/** The most of a text that is cleaned, in UTF-16 units; no event shows more than a part of it. */
const MAX_UNITS = 16_384;

/** An entity that a reader of HTML would take for `<` or `>`. */
const ENTITY_REGEXP = /&(?=(?:lt|gt|#0*6[02]|#x0*3[ce]);)/gi;

/**
 * Cleans a text of a webhook for one line of an event: removes terminal sequences, controls and
 * invisible characters, folds white space, redacts secrets and addresses, replaces `"`, `<` and `>`
 * by `'`, `‹` and `›`, and separates three backticks.
 *
 * @param maxCodePoints The longest result in code points, its marker `… (+N)` included; at least
 * 16.
 * @returns The cleaned text; cleaning it once more changes nothing.
 * @throws {RangeError} When the limit is no whole number or below 16.
 */
export function cleanValue(text: string, maxCodePoints: number): string {
  // Comes before cleanContent(), which would make an entity of the sign, and before cleanLine(),
  // which takes U+FEFF for a space and would break a secret into two harmless halves.
  const raw = text.slice(0, MAX_UNITS).replaceAll("<", "‹").replaceAll("\ufeff", "");
  const clean = redactText(cleanLine(cleanContent(raw), MAX_UNITS))
    .replace(ENTITY_REGEXP, "&amp;")
    .replace(/`{3,}/g, (run) => [...run].join(" "));
  if (text.length <= MAX_UNITS) return truncate(clean, maxCodePoints);
  const total = countCodePoints(clean) + countCodePoints(text.slice(MAX_UNITS));
  const [start = ""] = splitByCodePoints(clean, maxCodePoints - `… (+${total})`.length);
  return `${start}… (+${total - countCodePoints(start)})`;
}
