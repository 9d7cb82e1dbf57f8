/** Digits of a whole number that a double may round. */
const LONG_NUMBER_REGEXP = /\d{16}/;

const WHOLE_NUMBER_REGEXP = /^-?\d+$/;

interface ReviverContext {
  /** The number, text or word as it was written. */
  readonly source?: string;
}

type ParseWithSource = (
  text: string,
  reviver: (key: string, value: unknown, context: ReviverContext) => unknown,
) => unknown;

/** Keeps an id of 64 bits as a string of its digits, because a double would round it. */
function keepDigits(_key: string, value: unknown, { source }: ReviverContext): unknown {
  const isRounded = typeof value === "number" && !Number.isSafeInteger(value);
  return isRounded && source !== undefined && WHOLE_NUMBER_REGEXP.test(source) ? source : value;
}

/**
 * Parses JSON; whole numbers beyond 2^53 become strings of their digits.
 *
 * @returns The value in an object, since it may be anything, or `undefined` for a text that is no
 * JSON.
 */
export function tryParseJson(text: string): { readonly payload: unknown } | undefined {
  try {
    if (LONG_NUMBER_REGEXP.test(text)) {
      try {
        return { payload: (JSON.parse as ParseWithSource)(text, keepDigits) };
      } catch (error) {
        // Reviving recurses, parsing does not: a value that is nested too deep keeps its rounded
        // numbers.
        if (!(error instanceof RangeError)) throw error;
      }
    }
    return { payload: JSON.parse(text) };
  } catch {
    return undefined;
  }
}
