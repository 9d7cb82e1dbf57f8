import { type EventsOptions, statesOf } from "../../lib/cli/events_options.ts";
import { listenForTermination } from "../../server/runtime/termination.ts";
import { createEventFormatter, createEventLines, type EventFormatter } from "./format.ts";
import { followEvents } from "./follow.ts";
import { type JournalReader, withJournal } from "../shared/journal_reader.ts";
import { reportCorruptJournals } from "../shared/report_corrupt_journals.ts";
import { print, printProblem, tryPrintLines } from "../shared/terminal.ts";

/** The time between two looks at the journal, in milliseconds. */
const LOOK_MS = 250;

function createFormatter({ json }: EventsOptions<"list">, reader: JournalReader): EventFormatter {
  return json
    ? createEventLines((number) => reader.journal.sessions.get(number)?.key)
    : createEventFormatter();
}

function list(options: EventsOptions<"list">, reader: JournalReader): void {
  const { limit, state, json } = options;
  const states = statesOf(state);
  const events = reader.journal.events.list({ limit, ...(states && { states }) });
  if (events.length > 0) {
    tryPrintLines(createFormatter(options, reader).begin(events, Date.now()));
  } else if (!json) print(state === undefined ? "No events" : `No ${state} events`);
}

/** Creates a pause between two looks; it returns `false` once the process is asked to leave. */
function createPause(terminated: Promise<unknown>): () => Promise<boolean> {
  const left = terminated.then(() => false);
  return async () => {
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const timer = setTimeout(() => resolve(true), LOOK_MS);
    const goesOn = await Promise.race([promise, left]);
    clearTimeout(timer);
    return goesOn;
  };
}

/** Follows the journal, and waits for it where there is none yet. */
async function follow(options: EventsOptions<"list">): Promise<number> {
  const { stateDir, state, limit } = options;
  using termination = listenForTermination();
  const pause = createPause(termination.signal);
  return await withJournal({ stateDir, onNone: () => 0, pause }, async (reader) => {
    const formatter = createFormatter(options, reader);
    await followEvents({
      journal() {
        if (reader.refresh()) reportCorruptJournals(reader.stateDir, printProblem);
        return reader.journal;
      },
      states: statesOf(state),
      limit,
      begin: (events) => tryPrintLines(formatter.begin(events, Date.now())),
      next: (event) => tryPrintLines([formatter.next(event, Date.now())]),
      pause,
    });
    return 0;
  });
}

/**
 * Runs `events`: lists events, the newest first; with `--follow` the oldest first, and what comes in.
 */
export async function listEvents(options: EventsOptions<"list">): Promise<number> {
  if (options.follow) return await follow(options);
  const onNone = (stateDir: string) => {
    if (!options.json) print(`No events: there is no journal in ${stateDir} yet`);
    return 0;
  };
  return await withJournal({ stateDir: options.stateDir, onNone }, (reader) => {
    list(options, reader);
    return 0;
  });
}
