import type { EventSummary } from "../../lib/event/event_record.ts";
import { isOpen } from "../../lib/event/event_state.ts";
import { EVENT_HEADER, EVENT_WIDTHS, formatEventRow } from "../../lib/cli/format_event_row.ts";
import { formatJsonLine } from "../../lib/cli/format_json_line.ts";
import { formatRow, measureColumns } from "../../lib/cli/format_table.ts";
import { toEventSummaryJson } from "../../lib/event/status_json.ts";
import { countColumns, createTextStyle, type TextStyle } from "../shared/terminal.ts";

/** Formats events as lines, for people or for programs. */
export interface EventFormatter {
  /** Formats the first events, a header before them. */
  begin(events: readonly EventSummary[], nowMs: number): string[];
  /** Formats an event that comes after them. */
  next(event: EventSummary, nowMs: number): string;
}

/** Options of {@linkcode createEventTable}. */
export interface EventTableOptions {
  /** How many columns there are for a line; `undefined` for as many as it takes. */
  readonly columns: number | undefined;
  /** What text looks like. */
  readonly style: TextStyle;
}

/** How many columns there are for the text where nothing limits the line. */
const TEXT_COLUMNS = 120;

/** How many columns a text needs to say something. */
const LEAST_TEXT_COLUMNS = 24;

/** Creates what formats events as a table for people. */
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

const JSON_FORMATTER: EventFormatter = {
  begin: (events) => events.map((event) => formatJsonLine(toEventSummaryJson(event))),
  next: (event) => formatJsonLine(toEventSummaryJson(event)),
};

/** Creates what formats events for stdout. */
export function createEventFormatter({ json }: { readonly json: boolean }): EventFormatter {
  return json
    ? JSON_FORMATTER
    : createEventTable({ columns: countColumns(), style: createTextStyle() });
}
