import { escapeControls, escapeToLine } from "../text/escape_unseen.ts";
import type { EventRecord } from "../event/event_record.ts";
import { formatHistory } from "../event/format_history.ts";
import { formatRow, measureColumns } from "./format_table.ts";

interface EventDetailsOptions {
  readonly session: string | undefined;
  /** The body as it was sent, where it is kept. */
  readonly raw: Uint8Array | undefined;
  /** Makes a title stand out. */
  readonly title: (text: string) => string;
}

function formatPairs(pairs: readonly (readonly [string, string])[]): string[] {
  const rows = pairs.map(([key, value]) => [escapeToLine(key), escapeToLine(value)]);
  return rows.map((row) => `  ${formatRow(row, measureColumns(rows))}`);
}

function formatRaw(raw: Uint8Array | undefined): string | undefined {
  return raw && `${raw.length} bytes as they were sent are kept as well`;
}

/** Formats all of an event as lines, its text last; nothing in them can move a terminal's cursor. */
export function formatEventDetails(
  event: EventRecord,
  { session, raw, title }: EventDetailsOptions,
): string[] {
  const fields: [string, string | null | undefined][] = [
    ["state", event.state],
    ["sender", event.sender],
    ["source", event.source],
    ["session", session],
    ["target", event.target],
    ["repository", event.repository],
    ["delivery", event.delivery],
    ["chat", event.chat],
    ["body", formatRaw(raw)],
  ];
  const known = fields.filter((field): field is [string, string] => typeof field[1] === "string");
  const attributes = Object.entries(event.meta);
  return [
    title(event.id),
    ...formatPairs(known),
    ...(attributes.length > 0 ? [title("attributes"), ...formatPairs(attributes)] : []),
    title("history"),
    ...formatHistory(event).map((line) => `  ${escapeToLine(line)}`),
    title("text"),
    ...event.content.split("\n").map(escapeControls),
  ];
}
