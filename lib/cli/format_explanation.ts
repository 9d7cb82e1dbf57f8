import { escapeToLine } from "../text/escape_unseen.ts";
import type { EventRecord } from "../event/event_record.ts";
import { formatRow, measureColumns } from "./format_table.ts";

/** Deciders by the beginning of a rule; all other rules are the default filter's. */
const DECIDERS: readonly (readonly [start: RegExp, what: string])[] = [
  [/^events\.(?:allow|deny) /, "the events of the configuration"],
  [/^filter: /, "the filter of the configuration"],
  [/^(?:first good state|good state) /, "the state that was shown before"],
  [/^gathered in /, "a burst: another event includes it"],
];

function findDecider({ rule, source, duplicateOf }: EventRecord): string {
  if (duplicateOf !== null) return "the check for repetitions";
  const known = DECIDERS.find(([start]) => start.test(rule ?? ""));
  return known?.[1] ?? `the default filter of ${source}`;
}

function formatRule({ rule, duplicateOf }: EventRecord): string {
  if (duplicateOf !== null) return `it repeats ${duplicateOf}, which came within 15 minutes before`;
  return rule ?? "not kept";
}

/** Explains what decided about an event of a source; nothing in it can move a terminal's cursor. */
export function formatExplanation(event: EventRecord, title: (text: string) => string): string[] {
  const { id, source, state, meta } = event;
  const isVerified = meta.verified === "true";
  const rows = [
    ["source", meta.source_name ?? ""],
    ["kind", source],
    ["event", meta.event ?? "unknown"],
    ["check", isVerified ? "it was proven with a secret of the source" : "none: it was made here"],
    ["state", state],
    ...(isVerified
      ? [
        ["decided by", findDecider(event)],
        ["rule", formatRule(event)],
      ]
      : []),
  ].map((row) => row.map(escapeToLine));
  const widths = measureColumns(rows);
  return [
    title(id),
    ...rows.map((row) => `  ${formatRow(row, widths)}`),
  ];
}
