import type { EventSummary } from "./event_record.ts";
import type { ChannelEvent } from "./format_channel_tag.ts";
import { formatEventLine } from "./format_event_line.ts";

/** The most events that arrive one by one when a session opens; more of them arrive as a summary. */
export const MAX_SINGLE_EVENTS = 3;

/** The most events that a list shows by their first line. */
export const MAX_LISTED_EVENTS = 20;

/**
 * Creates one event that tells of all that have waited. Its attribute `digest` has their count.
 *
 * @param events The oldest of them; at most {@linkcode MAX_LISTED_EVENTS} are shown.
 */
export function createWaitingSummary(
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
