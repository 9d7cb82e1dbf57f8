import { formatEventId, tryParseChatId, tryParseEventId } from "../../lib/event/event_id.ts";
import type { EventRecord } from "../../lib/event/event_record.ts";
import type { EventTable } from "../../server/journal/event_table.ts";
import { printProblem } from "../shared/terminal.ts";

/** Prints that there is no such event, and where to find ids; returns the exit code. */
export function printUnknownEvent(id: string): number {
  const chatSeq = tryParseChatId(id);
  const hint = chatSeq === undefined
    ? `event ids look like "evt_06tq6am0000"; the command events lists them`
    : `it is the id of a chat, which began with ${formatEventId(chatSeq)}`;
  printProblem(`There is no event "${id}": ${hint}`);
  return 1;
}

/** Finds an event by the id that was typed; `undefined` after it was printed that there is none. */
export function findEvent(events: Pick<EventTable, "get">, id: string): EventRecord | undefined {
  const seq = tryParseEventId(id);
  const event = seq === undefined ? undefined : events.get(seq);
  if (event === undefined) printUnknownEvent(id);
  return event;
}
