import { cleanLine } from "../clean_line.ts";
import { tryIdentifier } from "./identifier.ts";

/** Events that are told as one. */
export interface Burst {
  /** The name of the source. */
  readonly sourceName: string;
  /** What they have in common. */
  readonly key: string;
  /** How many they are. */
  readonly count: number;
  /** The first lines of the first of them. */
  readonly lines: readonly string[];
}

/** How many events of a burst are listed. */
export const MAX_LISTED_EVENTS = 10;

/** The longest line of a list, so that ten of them are no longer than one event. */
const MAX_LINE_CODE_POINTS = 160;

/**
 * Formats events that come together as one: `[ci] 5 events for owner/repo@abc1234:`, and up to ten
 * first lines without the name of the source.
 */
export function formatBurst({ sourceName, key, count, lines }: Burst): string {
  const prefix = `[${sourceName}] `;
  const subject = tryIdentifier(key);
  const shown = lines.slice(0, MAX_LISTED_EVENTS);
  return [
    `${prefix}${count} events${subject === undefined ? "" : ` for ${subject}`}:`,
    ...shown.map((line) => {
      const title = line.startsWith(prefix) ? line.slice(prefix.length) : line;
      return `- ${cleanLine(title, MAX_LINE_CODE_POINTS)}`;
    }),
    ...(count > shown.length ? [`… (+${count - shown.length})`] : []),
  ].join("\n");
}
