/** The effect of a verdict on the tool call that waits for it. */
export type Behavior = "allow" | "deny";

/** A person's answer to a permission request. */
export interface Verdict {
  /** Lets the tool run, or not. */
  readonly behavior: Behavior;
  /** The id of the request, in lower case. */
  readonly requestId: string;
}

/**
 * The documented pattern, to the letter. It has no `u` flag: under it `i` would also match `ſ` and
 * `K`, which upper-case to ASCII letters.
 *
 * Source of the rule: the permission relay section of the Channels reference.
 */
const VERDICT_REGEXP = /^\s*(y|yes|n|no)\s+([a-km-z]{5})\s*$/i;

/**
 * Reads a verdict such as `yes abcde` out of a message.
 *
 * @param text The whole text of the message.
 * @returns The verdict, or `undefined` when the text is ordinary chat.
 *
 * @example Usage
 * ```ts
 * import { tryParseVerdict } from "@deno-channel/deno-channel";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(tryParseVerdict("Yes ABCDE"), { behavior: "allow", requestId: "abcde" });
 * assertEquals(tryParseVerdict("yes, abcde please"), undefined);
 * ```
 */
export function tryParseVerdict(text: string): Verdict | undefined {
  const match = VERDICT_REGEXP.exec(text);
  if (match === null) return undefined;
  const [, answer = "", requestId = ""] = match;
  return {
    behavior: answer.toLowerCase().startsWith("y") ? "allow" : "deny",
    requestId: requestId.toLowerCase(),
  };
}
