import { EventWatch } from "../../lib/cli/event_watch.ts";
import type { EventSummary } from "../../lib/event/event_record.ts";
import type { EventState } from "../../lib/event/event_state.ts";
import type { EventTable } from "../../server/journal/event_table.ts";

/** What is followed: the events, and a number that changes when something was committed. */
export interface FollowedJournal {
  /** The events. */
  readonly events: Pick<EventTable, "list">;
  /** A number that changes when another process has committed something. */
  dataVersion(): number;
}

/** Options of {@linkcode followEvents}. */
export interface FollowOptions {
  /** The journal as it is now; another one when its file was replaced. */
  readonly journal: () => FollowedJournal;
  /** The states that matter; `undefined` for all. */
  readonly states: readonly EventState[] | undefined;
  /** How many events are shown at first, the newest. */
  readonly limit: number;
  /** Takes the first events, the oldest first; returns whether to go on. */
  readonly begin: (events: readonly EventSummary[]) => boolean;
  /** Takes each event that comes in or changes; returns whether to go on. */
  readonly next: (event: EventSummary) => boolean;
  /** Waits for the time of the next look; returns whether to go on. */
  readonly pause: () => Promise<boolean>;
}

/** How many events are watched besides those that were shown at first. */
const WINDOW = 500;

/** As many as can be shown at first, and the window. */
const WATCHED = 1500;

type Events = FollowedJournal["events"];

/** The newest events, at least down to one that was known before. */
function listDownTo(events: Events, knownSeq: number): EventSummary[] {
  const listed: EventSummary[] = [];
  for (;;) {
    const before = listed.at(-1)?.seq ?? Number.MAX_SAFE_INTEGER;
    const page = events.list({ before, limit: WINDOW });
    listed.push(...page);
    if (page.length < WINDOW || (page.at(-1)?.seq ?? 0) <= knownSeq) return listed;
  }
}

function findEach(events: Events, seqs: readonly number[]): EventSummary[] {
  return seqs.flatMap((seq) =>
    events.list({ before: seq + 1, limit: 1 }).filter((event) => event.seq === seq)
  );
}

/** All that can be news: the newest events, and those of the others that may have changed. */
function lookAgain(events: Events, watch: EventWatch): EventSummary[] {
  const newest = listDownTo(events, watch.newest);
  const oldest = newest.at(-1)?.seq ?? 0;
  return [...newest, ...findEach(events, watch.changing.filter((seq) => seq < oldest))];
}

/**
 * Shows events as they come in and as their state changes, until the pause or whoever takes them ends
 * it. A change is shown when the state before or after it is one that matters.
 */
export async function followEvents(options: FollowOptions): Promise<void> {
  const { journal, states, limit, begin, next, pause } = options;
  const matters = (state: EventState | undefined) =>
    state !== undefined && (states?.includes(state) ?? true);
  let current = journal();
  let version = current.dataVersion();
  const shown = current.events.list({ limit, ...(states && { states }) });
  const newest = current.events.list({ limit: WINDOW });
  const floor = newest.length < WINDOW ? 0 : newest.at(-1)?.seq ?? 0;
  const watch = new EventWatch({ known: [...shown, ...newest], floor, size: WATCHED });
  if (!begin(shown.toReversed())) return;
  while (await pause()) {
    const before = current;
    current = journal();
    const isSame = current === before && current.dataVersion() === version;
    if (isSame) continue;
    version = current.dataVersion();
    const news = watch.update(lookAgain(current.events, watch));
    const lines = news.filter(({ event, before }) => matters(event.state) || matters(before));
    if (!lines.every(({ event }) => next(event))) return;
  }
}
