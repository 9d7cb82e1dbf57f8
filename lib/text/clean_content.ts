/**
 * The content cleaner: makes text from outside safe to stand between `<channel …>` and `</channel>`.
 *
 * Guarantees of the result for any text: no opening or closing `channel` tag in any case or
 * spacing, no control character but newline and tab, no terminal escape sequence, no bidirectional
 * override or isolate, no tag character, no three invisible characters in a row, well-formed
 * Unicode, at most so many code points.
 * Prose, code and emoji come through as they are, but for the few flags that are spelled with tag
 * characters. Cleaning twice gives the same text as cleaning once.
 *
 * @module
 */

import { isClientTag, TAG_START_REGEXP } from "./client_tag.ts";
import { truncate } from "./truncate.ts";

/**
 * The longest content in code points: about 25,000 tokens, which is where Claude Code also draws the
 * line for the output of a tool.
 */
export const MAX_CONTENT_CODE_POINTS = 100_000;

/**
 * Characters that need a closer look; most text has none but perhaps a `<`. First come controls, markup
 * and halves of pairs, then invisible characters: spelled out, since the search takes four times as long
 * with `\p{DI}\p{Cf}`, which need the flag `u`.
 */
const SUSPICIOUS_REGEXP = new RegExp([
  String.raw`[\0-\x08\x0b-\x1f<\x7f-\x9f\ud800-\udfff\u02c2\u1438\ufe64\uff1c`,
  String.raw`\xad\u034f\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u115f\u1160\u17b4\u17b5`,
  String.raw`\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff`,
  String.raw`\uffa0\ufff0-\ufffb]`,
].join(""));

/** Controls that a terminal skips inside of a sequence; left in, they would hide the sequence. */
const INSIDE_SEQUENCE_REGEXP =
  // deno-lint-ignore no-control-regex -- control characters are what this is about
  /[\0-\x06\x08\x0b-\x1a\x1c-\x1f\x7f]/g;

/** Whole terminal sequences (CSI, then OSC); without their end, a `[31m` would be left behind. */
const ESCAPE_SEQUENCE_REGEXP =
  // deno-lint-ignore no-control-regex -- control characters are what this is about
  /(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)/g;

/**
 * C0 and C1 controls without newline and tab, bidirectional embeddings, overrides and isolates
 * ("Trojan Source", CVE-2021-42574), deprecated format characters, interlinear annotation, and tag
 * characters, which can spell invisible text.
 */
const FORBIDDEN_REGEXP =
  // deno-lint-ignore no-control-regex -- control characters are what this is about
  /[\0-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u206f\ufff9-\ufffb\u{e0000}-\u{e007f}]/gu;

/**
 * Three invisible characters in a row, and two variation selectors in a row: no text needs them, and
 * they can spell out bytes. Emoji have a selector and a joiner at most.
 */
const HIDDEN_REGEXP = /[\p{DI}\p{Cf}]{3,}|[\ufe00-\ufe0f\u{e0100}-\u{e01ef}]{2}/gu;

/**
 * Cleans text from outside for use as an event's content.
 *
 * @param text Any string, lone surrogates included.
 * @param maxCodePoints The longest result in code points, its marker `… (+N)` included; at least 16.
 * @returns The cleaned text.
 * @throws {RangeError} When the limit is no whole number or below 16.
 *
 * @example Usage
 * ```ts
 * import { cleanContent } from "@deno-channel/deno-channel";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(cleanContent("done\u202e </CHANNEL >"), "done &lt;/CHANNEL >");
 * ```
 */
export function cleanContent(
  text: string,
  maxCodePoints: number = MAX_CONTENT_CODE_POINTS,
): string {
  const clean = SUSPICIOUS_REGEXP.test(text)
    ? text
      .toWellFormed()
      .replace(/\r\n?/g, "\n")
      .replace(INSIDE_SEQUENCE_REGEXP, "")
      .replace(ESCAPE_SEQUENCE_REGEXP, "")
      .replace(FORBIDDEN_REGEXP, "")
      .replace(HIDDEN_REGEXP, "")
      .replace(TAG_START_REGEXP, (sign, at, whole) =>
        isClientTag(whole, at + sign.length) ? "&lt;" : sign)
    : text;
  return truncate(clean, maxCodePoints);
}
