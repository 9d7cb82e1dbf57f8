/**
 * The prompt formatter: a person reads its text before saying yes or no.
 *
 * A permission request is untrusted text, and a person must see all of what gets approved. So an
 * invisible character is written out (`\u{202E}`), a long line is split and never cut, and each line of
 * the preview begins with `> `: a preview could pass for the question below it otherwise.
 *
 * @module
 */

import { escapeToLine, escapeUnseen } from "../text/escape_unseen.ts";
import type { PermissionRequest } from "./permission.ts";
import { splitByCodePoints } from "../text/truncate.ts";

/** The longest line of a preview in code points before it is split. */
export const MAX_PROMPT_LINE_CODE_POINTS = 500;

/** Quotes the lines of a preview; a further piece of a line begins with `>> `. */
function quote(preview: string): string[] {
  return preview.split(/\r\n|\r|\n/).flatMap((line) =>
    splitByCodePoints(escapeUnseen(line), MAX_PROMPT_LINE_CODE_POINTS)
      .map((piece, index) => `${index === 0 ? ">" : ">>"} ${piece}`)
  );
}

/**
 * Formats a permission request for a person.
 *
 * @returns Lines joined by newlines: the tool and the description, the preview, the way to answer.
 *
 * @example Usage
 * ```ts
 * import { formatPrompt } from "@deno-channel/deno-channel";
 * import { assertEquals } from "@std/assert";
 *
 * const prompt = formatPrompt({
 *   requestId: "abcde",
 *   toolName: "Bash",
 *   description: "List files",
 *   inputPreview: '{"command":"ls"}',
 * });
 * assertEquals(
 *   prompt,
 *   [
 *     "Claude wants to run Bash: List files",
 *     "",
 *     '> {"command":"ls"}',
 *     "",
 *     'Reply "yes abcde" or "no abcde"',
 *   ].join("\n"),
 * );
 * ```
 */
export function formatPrompt(request: PermissionRequest): string {
  const { requestId, toolName, description, inputPreview } = request;
  const preview = escapeToLine(inputPreview) === "" ? [] : [...quote(inputPreview), ""];
  return [
    `Claude wants to run ${escapeToLine(toolName)}: ${escapeToLine(description)}`,
    "",
    ...preview,
    `Reply "yes ${requestId}" or "no ${requestId}"`,
  ].join("\n");
}
