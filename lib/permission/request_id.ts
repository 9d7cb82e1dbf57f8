/** The letters of a request id: a–z without `l`, which looks like a digit. */
export const REQUEST_ID_LETTERS = "abcdefghijkmnopqrstuvwxyz";

/**
 * Five of these letters: the ids that Claude Code gives its permission requests.
 *
 * Source of the rule: the permission relay section of the Channels reference.
 */
const REQUEST_ID_REGEXP = /^[a-km-z]{5}$/;

/**
 * Returns whether a value is the id of a permission request: five lower-case letters without `l`.
 *
 * @example Usage
 * ```ts
 * import { isRequestId } from "@deno-channel/deno-channel";
 * import { assert, assertFalse } from "@std/assert";
 *
 * assert(isRequestId("abcde"));
 * assertFalse(isRequestId("hello"));
 * ```
 */
export function isRequestId(value: unknown): value is string {
  return typeof value === "string" && REQUEST_ID_REGEXP.test(value);
}
