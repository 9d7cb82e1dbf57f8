import { formatExplanation } from "../../lib/cli/format_explanation.ts";
import type { SourceOptionsOf } from "../../lib/cli/source_options.ts";
import { findEvent, printUnknownEvent } from "../events/find_event.ts";
import { withJournal } from "../shared/journal_reader.ts";
import { createTextStyle, printProblem, tryPrintLines } from "../shared/terminal.ts";

/** Runs `source explain`, which does not mark the event as seen. */
export async function explainEvent({ id, stateDir }: SourceOptionsOf<"explain">): Promise<number> {
  const onNone = () => printUnknownEvent(id);
  return await withJournal({ stateDir, onNone }, ({ journal }) => {
    const event = findEvent(journal.events, id);
    if (event === undefined) return 1;
    if (event.meta.source_name === undefined) {
      printProblem(`${event.id} does not come from a source: "deno-channel events show" shows it`);
      return 1;
    }
    tryPrintLines(formatExplanation(event, createTextStyle().bold));
    return 0;
  });
}
