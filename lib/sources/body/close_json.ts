import { JSON_STRING_PATTERN } from "./json_path.ts";

/** A string, a sign, or a number or word, with the white space before it. */
const TOKEN_REGEXP = new RegExp(
  String.raw`\s*(?:(${JSON_STRING_PATTERN})|([{}[\],:])|[^\s{}[\],:"]+)`,
  "y",
);

/**
 * Makes JSON of the beginning of a text of JSON: what is cut off in the middle goes, and what is open
 * is closed.
 *
 * @param text A text whose end is missing.
 * @returns A text that is JSON if the other one began as JSON; `undefined` when nothing is open.
 */
export function closeJson(text: string): string | undefined {
  const closers: string[] = [];
  let isValue = true;
  let end = 0;
  for (let index = 0; index < text.length; index = TOKEN_REGEXP.lastIndex) {
    TOKEN_REGEXP.lastIndex = index;
    const [token, string, sign] = TOKEN_REGEXP.exec(text) ?? [];
    if (token === undefined) break;
    const after = TOKEN_REGEXP.lastIndex;
    if (sign === ":" || sign === ",") {
      isValue = sign === ":" || closers.at(-1) === "]";
      continue;
    }
    if (sign === "{" || sign === "[") {
      closers.push(sign === "{" ? "}" : "]");
      isValue = sign === "[";
      end = after;
    } else if (sign !== undefined) {
      if (closers.pop() !== sign) return undefined;
      end = after;
    } else if (isValue && (string !== undefined || after < text.length)) {
      // A number at the very end may have had more digits.
      end = after;
    }
  }
  // Each bracket that was opened or closed is kept, so that those which are open now are open there.
  return closers.length === 0 ? undefined : text.slice(0, end) + closers.reverse().join("");
}
