import type { EventSummary } from "../../lib/event/event_record.ts";
import { isOpen } from "../../lib/event/event_state.ts";
import { EVENT_HEADER, EVENT_WIDTHS, formatEventRow } from "../../lib/cli/format_event_row.ts";
import { formatJsonLine } from "../../lib/cli/format_json_line.ts";
import { formatRow, measureColumns } from "../../lib/cli/format_table.ts";
import { toEventSummaryJson } from "../../lib/event/status_json.ts";
import { countColumns, createTextStyle, type TextStyle } from "../shared/terminal.ts";

/** Formats events as lines. */
export interface EventFormatter {
  /** Formats the first events, and the header of a table. */
  begin(events: readonly EventSummary[], nowMs: number): string[];
  /** Formats a later event. */
  next(event: EventSummary, nowMs: number): string;
}

interface EventTableOptions {
  /** The columns of a line; `undefined` for any number. */
  readonly columns: number | undefined;
  readonly style: TextStyle;
}

/** The columns of the text where nothing limits the line. */
const TEXT_COLUMNS = 120;

/** The columns that a text needs to say something. */
const LEAST_TEXT_COLUMNS = 24;

/** Creates a formatter of tables. */
export function createEventTable({ columns, style }: EventTableOptions): EventFormatter {
  let widths: readonly number[] = EVENT_WIDTHS;
  let textColumns = TEXT_COLUMNS;
  const format = (event: EventSummary, nowMs: number) => {
    const line = formatRow(formatEventRow(event, nowMs, textColumns), widths);
    return isOpen(event.state) ? line : style.dim(line);
  };
  return {
    begin(events, nowMs) {
      const rows = events.map((event) => formatEventRow(event, nowMs, 16).slice(0, -1));
      widths = measureColumns([EVENT_HEADER.slice(0, -1), ...rows], EVENT_WIDTHS);
      const taken = widths.reduce((sum, width) => sum + width + 2, 0);
      if (columns !== undefined) textColumns = Math.max(columns - taken, LEAST_TEXT_COLUMNS);
      return [
        style.bold(formatRow(EVENT_HEADER, widths)),
        ...events.map((event) => format(event, nowMs)),
      ];
    },
    next: format,
  };
}

/**
 * Creates a formatter of lines of JSON.
 *
 * @param findSession Finds the id of a session by its number.
 */
export function createEventLines(
  findSession: (number: number) => string | undefined,
): EventFormatter {
  const next = (event: EventSummary) => {
    const session = event.session === null ? undefined : findSession(event.session);
    return formatJsonLine(toEventSummaryJson(event, session ?? null));
  };
  return { begin: (events) => events.map(next), next };
}

/** Creates a formatter of tables for stdout. */
export function createEventFormatter(): EventFormatter {
  return createEventTable({ columns: countColumns(), style: createTextStyle() });
}
