import { EventWatch } from "../../lib/cli/event_watch.ts";
import type { EventSummary } from "../../lib/event/event_record.ts";
import type { EventState } from "../../lib/event/event_state.ts";
import type { EventTable } from "../../server/journal/event_table.ts";

/** The journal that is followed. */
export interface FollowedJournal {
  readonly events: Pick<EventTable, "list">;
  /** Changes when another process has committed something. */
  dataVersion(): number;
}

export interface FollowOptions {
  /** The journal as it is now; another one when its file was replaced. */
  readonly journal: () => FollowedJournal;
  /** The states to show; `undefined` for all. */
  readonly states: readonly EventState[] | undefined;
  /** The number of events to begin with, the newest. */
  readonly limit: number;
  /** Takes the first events, the oldest first; returns whether to go on. */
  readonly begin: (events: readonly EventSummary[]) => boolean;
  /** Takes each event that comes in or changes; returns whether to go on. */
  readonly next: (event: EventSummary) => boolean;
  /** Waits for the time of the next look; returns whether to go on. */
  readonly pause: () => Promise<boolean>;
}

/** The number of events that are watched besides those that were shown at first. */
const WINDOW = 500;

/** The window, and as many events as can be shown at first. */
const WATCHED = 1500;

type Events = FollowedJournal["events"];

/** Lists the newest events, at least down to one that was known before. */
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

/** Lists the newest events, and the older ones that may have changed. */
function lookAgain(events: Events, watch: EventWatch): EventSummary[] {
  const newest = listDownTo(events, watch.newest);
  const oldest = newest.at(-1)?.seq ?? 0;
  return [...newest, ...findEach(events, watch.changing.filter((seq) => seq < oldest))];
}

/**
 * Shows events as they come in and as their state changes, until the pause or the output ends it. A
 * change is shown when the state before or after it is one to show.
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
