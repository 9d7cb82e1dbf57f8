/**
 * Tells several events of a source as one.
 *
 * @module
 */

import { cleanLine } from "../../text/clean_line.ts";
import { tryIdentifier } from "../shape/identifier.ts";
import { worstSeverity } from "../shape/severity.ts";

interface BurstEvent {
  readonly id: string;
  readonly text: string;
}

interface Burst {
  readonly sourceName: string;
  /** The subject that the events share. */
  readonly key: string;
  /** The events, the oldest first. */
  readonly events: readonly BurstEvent[];
}

const MAX_LISTED_EVENTS = 10;

/** The longest line of a list; ten of them are no longer than one event. */
const MAX_LINE_CODE_POINTS = 140;

/**
 * Formats several events as one: `[ci] 5 events for owner/repo@abc1234:`, then up to ten ids with
 * first lines, without the name of the source, and the way to read more.
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

/** Returns the attributes that all events share, and the worst severity. */
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
