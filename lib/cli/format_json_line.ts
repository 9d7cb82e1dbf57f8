/** Characters that a terminal may obey although JSON has no need to escape them. */
const MOVING_REGEXP = /[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/**
 * Formats a value as JSON in one line that a terminal can show: controls of the C1 set and what
 * reorders a line are escaped as well, which means the same to every parser.
 */
export function formatJsonLine(value: object): string {
  return JSON.stringify(value).replace(
    MOVING_REGEXP,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
