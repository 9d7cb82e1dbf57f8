import { cleanLine, firstLine } from "../text/clean_line.ts";
import { formatAge } from "../text/duration.ts";
import type { EventSummary } from "./event_record.ts";

/** The longest first line in a list, in code points. */
const LINE_CODE_POINTS = 120;

/** The longest sender in a list, in code points: as long as a sender's id may be. */
const SENDER_CODE_POINTS = 64;

/** The marker of a first line that was cut. Its count leaves out the text after `start`. */
const CUT_REGEXP = /… \(\+\d+\)$/;

/**
 * Formats an event as a line of a list: `evt_… (5 min old, from ci, pushed): build failed`.
 */
export function formatEventLine(event: EventSummary, nowMs: number): string {
  const age = formatAge(nowMs - event.storedAt);
  const sender = cleanLine(event.sender, SENDER_CODE_POINTS);
  const start = firstLine(event.start, LINE_CODE_POINTS).replace(CUT_REGEXP, "…");
  return `${event.id} (${age} old, from ${sender}, ${event.state}): ${start}`;
}
