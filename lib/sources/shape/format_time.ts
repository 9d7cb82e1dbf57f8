/** A date and a time with its zone; anything else could be any text. */
const TIME_REGEXP = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)$/;

/**
 * Formats a time of a payload in UTC, in whole seconds: `2020-02-06T00:17:58Z`.
 *
 * @param time A time with its zone as in RFC 3339.
 * @returns `undefined` for everything else, and for a time before 1970: Go sends the year 1 for a
 * time that was never set.
 */
export function tryFormatTime(time: string | undefined): string | undefined {
  if (time === undefined || !TIME_REGEXP.test(time)) return undefined;
  const timeMs = Date.parse(time);
  return timeMs > 0 ? `${new Date(timeMs).toISOString().slice(0, 19)}Z` : undefined;
}
