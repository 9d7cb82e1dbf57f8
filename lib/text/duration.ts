const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

const MAX_DURATION_MS = 3650 * DAY_MS;

const UNITS_MS: ReadonlyMap<string, number> = new Map([
  ["ms", 1],
  ["s", SECOND_MS],
  ["m", MINUTE_MS],
  ["h", HOUR_MS],
  ["d", DAY_MS],
]);

const DURATION_REGEXP = /^(\d+)([a-z]+)$/;

/**
 * Reads a duration such as `500ms`, `90s`, `10m`, `2h` or `30d`.
 *
 * @param text A whole number above 0 and its unit, with nothing between or around them.
 * @returns The duration in milliseconds, or `undefined` for other texts and for over 3650 days.
 */
export function tryParseDurationMs(text: string): number | undefined {
  const [, count = "", unit = ""] = DURATION_REGEXP.exec(text) ?? [];
  const durationMs = Number(count) * (UNITS_MS.get(unit) ?? 0);
  return durationMs > 0 && durationMs <= MAX_DURATION_MS ? durationMs : undefined;
}

/**
 * Formats how long ago something was, in its largest whole unit: `0 s`, `59 min`, `23 h`, `2 d`.
 *
 * @param ms The age; a negative one, after the clock was set back, counts as 0.
 */
export function formatAge(ms: number): string {
  if (ms >= DAY_MS) return `${Math.floor(ms / DAY_MS)} d`;
  if (ms >= HOUR_MS) return `${Math.floor(ms / HOUR_MS)} h`;
  if (ms >= MINUTE_MS) return `${Math.floor(ms / MINUTE_MS)} min`;
  return `${ms > 0 ? Math.floor(ms / SECOND_MS) : 0} s`;
}
