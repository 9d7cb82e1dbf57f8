/**
 * Several events of a source as one.
 *
 * @module
 */

import { cleanLine } from "../../text/clean_line.ts";
import { tryIdentifier } from "../shape/identifier.ts";
import { worstSeverity } from "../shape/severity.ts";

/** An event of a {@linkcode Burst}. */
interface BurstEvent {
  /** Its id. */
  readonly id: string;
  /** Its text. */
  readonly text: string;
}

/** Events that are told as one. */
interface Burst {
  /** The name of the source. */
  readonly sourceName: string;
  /** What they have in common. */
  readonly key: string;
  /** The events, the oldest first. */
  readonly events: readonly BurstEvent[];
}

/** How many events of a burst are listed. */
const MAX_LISTED_EVENTS = 10;

/** The longest line of a list, so that ten of them are no longer than one event. */
const MAX_LINE_CODE_POINTS = 140;

/**
 * Formats events that come together as one: `[ci] 5 events for owner/repo@abc1234:`, then up to ten
 * ids with first lines, without the name of the source, and how to read more of them.
 */
export function formatBurst({ sourceName, key, events }: Burst): string {
  const prefix = `[${sourceName}] `;
  const subject = tryIdentifier(key);
  const rest = events.length - MAX_LISTED_EVENTS;
  return [
    `${prefix}${events.length} events${subject === undefined ? "" : ` for ${subject}`}:`,
    ...events.slice(0, MAX_LISTED_EVENTS).map(({ id, text }) => {
      const [line = ""] = text.split("\n", 1);
      const title = line.startsWith(prefix) ? line.slice(prefix.length) : line;
      return `- ${id} ${cleanLine(title, MAX_LINE_CODE_POINTS)}`;
    }),
    ...(rest > 0 ? [`… (+${rest})`] : []),
    "(read_event has the whole of each.)",
  ].join("\n");
}

/** The attributes that all events of a burst share, and how bad the worst of them is. */
export function mergeMeta(
  metas: readonly Readonly<Record<string, string>>[],
): Record<string, string> {
  const [first = {}, ...others] = metas;
  const shared = Object.entries(first).filter(([key, value]) =>
    others.every((other) => other[key] === value)
  );
  const severity = worstSeverity(metas.map(({ severity }) => severity));
  return { ...Object.fromEntries(shared), ...(severity && { severity }) };
}
