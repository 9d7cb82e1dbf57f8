import type { EventsOptions } from "../../lib/cli/events_options.ts";
import { formatEventDetails } from "../../lib/cli/format_event_details.ts";
import { formatJsonLine } from "../../lib/cli/format_json_line.ts";
import { formatSessionName } from "../../lib/session/route_event.ts";
import { toEventJson } from "../../lib/event/status_json.ts";
import { findEvent, printUnknownEvent } from "./find_event.ts";
import { withJournal } from "../shared/journal_reader.ts";
import { createTextStyle, tryPrintLines } from "../shared/terminal.ts";

/** Runs `events show`, which does not mark the event as seen. */
export async function showEvent({ id, json, stateDir }: EventsOptions<"show">): Promise<number> {
  const onNone = () => printUnknownEvent(id);
  return await withJournal({ stateDir, onNone }, ({ journal }) => {
    const event = findEvent(journal.events, id);
    if (event === undefined) return 1;
    const session = event.session === null ? undefined : journal.sessions.get(event.session);
    if (json) {
      tryPrintLines([formatJsonLine(toEventJson(event, session?.key ?? null))]);
      return 0;
    }
    tryPrintLines(formatEventDetails(event, {
      session: session && formatSessionName(session),
      raw: journal.events.raw(event.seq),
      title: createTextStyle().bold,
    }));
    return 0;
  });
}
