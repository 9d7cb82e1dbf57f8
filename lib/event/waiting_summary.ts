import { cleanLine, firstLine } from "../text/clean_line.ts";
import { formatAge } from "../text/duration.ts";
import type { EventSummary } from "./event_record.ts";
import type { ChannelEvent } from "./format_channel_tag.ts";

/** How many events arrive one by one when a session opens; more of them arrive as one digest. */
export const MAX_SINGLE_EVENTS = 3;

/** How many events a list shows by their first line. */
export const MAX_LISTED_EVENTS = 20;

/** The longest first line in a list, in code points. */
const LINE_CODE_POINTS = 120;

/** The longest sender in a list, in code points: as long as a sender's id may be. */
const SENDER_CODE_POINTS = 64;

/** The marker of a first line that was cut. Its count leaves out what comes after `start`. */
const CUT_REGEXP = /… \(\+\d+\)$/;

/**
 * Formats an event as a line of a list: `evt_… (5 min old, from ci, pushed): build failed`.
 *
 * @param event The event.
 * @param nowMs The time in milliseconds since the epoch.
 */
export function formatEventLine(event: EventSummary, nowMs: number): string {
  const age = formatAge(nowMs - event.storedAt);
  const sender = cleanLine(event.sender, SENDER_CODE_POINTS);
  const start = firstLine(event.start, LINE_CODE_POINTS).replace(CUT_REGEXP, "…");
  return `${event.id} (${age} old, from ${sender}, ${event.state}): ${start}`;
}

/**
 * Puts events that have waited together as one event.
 *
 * @param events The oldest of them; at most {@linkcode MAX_LISTED_EVENTS} are shown.
 * @param count How many there are in all.
 * @param nowMs The time in milliseconds since the epoch.
 */
export function createDigest(
  events: readonly EventSummary[],
  count: number,
  nowMs: number,
): Required<ChannelEvent> {
  const lines = events.slice(0, MAX_LISTED_EVENTS).map((event) => formatEventLine(event, nowMs));
  const rest = count - lines.length;
  return {
    content: [
      `${count} events came in while no session was open for them, or were not seen by one:`,
      ...lines,
      ...(rest > 0 ? [`and ${rest} more`] : []),
      "(Use inbox to list them, read_event for the whole text, and reply or ack to close them.)",
    ].join("\n"),
    meta: { digest: String(count) },
  };
}
