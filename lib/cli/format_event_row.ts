import { cleanLine, firstLine } from "../text/clean_line.ts";
import { formatAge } from "../text/duration.ts";
import type { EventSummary } from "../event/event_record.ts";
import { cutToColumns } from "./format_table.ts";

export const EVENT_HEADER: readonly string[] = ["EVENT", "STATE", "AGE", "FROM", "TEXT"];

/** The least widths of the columns, wide enough for most of what comes in later. */
export const EVENT_WIDTHS: readonly number[] = [15, 9, 6, 8];

/** The marker of a first line that was cut. Its count leaves out what comes after `start`. */
const CUT_REGEXP = /… \(\+\d+\)$/;

/** The longest sender in a table, in code points. */
const SENDER_CODE_POINTS = 32;

/**
 * The cells of an event in a table; they are one line each and cannot move a terminal's cursor.
 *
 * @param textColumns The columns for the text, at least 16.
 */
export function formatEventRow(
  event: EventSummary,
  nowMs: number,
  textColumns: number,
): string[] {
  const times = event.attempts > 1 ? ` (${event.attempts}×)` : "";
  return [
    event.id,
    event.state + times,
    formatAge(nowMs - event.storedAt),
    cleanLine(event.sender, SENDER_CODE_POINTS),
    cutToColumns(firstLine(event.start, textColumns).replace(CUT_REGEXP, "…"), textColumns),
  ];
}
