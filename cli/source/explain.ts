import { formatExplanation } from "../../lib/cli/format_explanation.ts";
import type { ExplainEventOptions } from "../../lib/cli/source_options.ts";
import { findEvent, printUnknownEvent } from "../events/find_event.ts";
import { reportToTerminal, withJournal } from "../shared/journal_reader.ts";
import { createTextStyle, tryPrintLines } from "../shared/terminal.ts";

/**
 * `source explain`: which check, filter and rule decided about an event. It does not count as seen by
 * that.
 *
 * @param options What was asked for on the command line.
 * @returns The exit code.
 */
export async function explainEvent({ id, stateDir }: ExplainEventOptions): Promise<number> {
  const onNone = () => printUnknownEvent(id);
  return await withJournal({ stateDir, onNone }, ({ journal }) => {
    const event = findEvent(journal.events, id);
    if (event === undefined) return 1;
    if (event.meta.source_name === undefined) {
      reportToTerminal(`${event.id} is of no source: "deno-channel events show" tells of it`);
      return 1;
    }
    tryPrintLines(formatExplanation(event, createTextStyle().bold));
    return 0;
  });
}
