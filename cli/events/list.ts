import { type ListEventsOptions, statesOf } from "../../lib/cli/events_options.ts";
import { listenForTermination } from "../../server/runtime/termination.ts";
import { createEventFormatter, type EventFormatter } from "./format.ts";
import { followEvents } from "./follow.ts";
import { type JournalReader, reportToTerminal, withJournal } from "../shared/journal_reader.ts";
import { reportCorruptJournals } from "../shared/report_corrupt_journals.ts";
import { print, tryPrintLines } from "../shared/terminal.ts";

/** The time between two looks at the journal, in milliseconds. */
const LOOK_MS = 250;

function list(options: ListEventsOptions, reader: JournalReader, formatter: EventFormatter): void {
  const { limit, state, json } = options;
  const states = statesOf(state);
  const events = reader.journal.events.list({ limit, ...(states && { states }) });
  if (events.length > 0) tryPrintLines(formatter.begin(events, Date.now()));
  else if (!json) print(state === undefined ? "No events" : `No ${state} events`);
}

async function follow(
  { limit, state }: ListEventsOptions,
  reader: JournalReader,
  formatter: EventFormatter,
): Promise<void> {
  using termination = listenForTermination();
  const left = termination.signal.then(() => false);
  await followEvents({
    journal() {
      if (reader.refresh()) reportCorruptJournals(reader.stateDir, reportToTerminal);
      return reader.journal;
    },
    states: statesOf(state),
    limit,
    begin: (events) => tryPrintLines(formatter.begin(events, Date.now())),
    next: (event) => tryPrintLines([formatter.next(event, Date.now())]),
    async pause() {
      const { promise, resolve } = Promise.withResolvers<boolean>();
      const timer = setTimeout(() => resolve(true), LOOK_MS);
      const goesOn = await Promise.race([promise, left]);
      clearTimeout(timer);
      return goesOn;
    },
  });
}

/**
 * `events`: lists events, the newest first; or, with `--follow`, the oldest first, and what comes in.
 *
 * @param options What was asked for on the command line.
 * @returns The exit code.
 */
export async function listEvents(options: ListEventsOptions): Promise<number> {
  const onNone = (stateDir: string) => {
    if (!options.json) print(`No events: there is no journal in ${stateDir} yet`);
    return 0;
  };
  return await withJournal({ stateDir: options.stateDir, onNone }, async (reader) => {
    const formatter = createEventFormatter(options);
    if (options.follow) await follow(options, reader, formatter);
    else list(options, reader, formatter);
    return 0;
  });
}
