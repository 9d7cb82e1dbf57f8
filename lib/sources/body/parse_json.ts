/** A whole number that a double does not hold to the last digit has at least so many digits. */
const LONG_NUMBER_REGEXP = /\d{16}/;

const WHOLE_NUMBER_REGEXP = /^-?\d+$/;

/** What `JSON.parse` tells of where a value stands. */
interface ReviverContext {
  /** The number, text or word as it was written. */
  readonly source?: string;
}

type ParseWithSource = (
  text: string,
  reviver: (key: string, value: unknown, context: ReviverContext) => unknown,
) => unknown;

/** An id of 64 bits becomes a string of its digits instead of another number. */
function keepDigits(_key: string, value: unknown, { source }: ReviverContext): unknown {
  const isRounded = typeof value === "number" && !Number.isSafeInteger(value);
  return isRounded && source !== undefined && WHOLE_NUMBER_REGEXP.test(source) ? source : value;
}

/**
 * Parses JSON; whole numbers beyond 2^53 come out as strings of their digits.
 *
 * @param text A text that may be JSON.
 * @returns The value, in an object since it may be anything, or `undefined` when the text is no JSON.
 */
export function tryParseJson(text: string): { readonly payload: unknown } | undefined {
  try {
    if (LONG_NUMBER_REGEXP.test(text)) {
      try {
        return { payload: (JSON.parse as ParseWithSource)(text, keepDigits) };
      } catch (error) {
        // Reviving recurses, parsing does not: what is nested too deep keeps its rounded numbers.
        if (!(error instanceof RangeError)) throw error;
      }
    }
    return { payload: JSON.parse(text) };
  } catch {
    return undefined;
  }
}
