import type { EventSummary } from "../event/event_record.ts";
import { EVENT_STATES, type EventState, statesBefore } from "../event/event_state.ts";

/** An event that is new or has changed. */
interface EventNews {
  readonly event: EventSummary;
  /** `undefined` for a new event. */
  readonly before: EventState | undefined;
}

interface EventWatchOptions {
  /** The events that are known at the start. */
  readonly known: readonly EventSummary[];
  /** Other events up to this sequence number are never new. */
  readonly floor: number;
  /** The number of events to watch, the newest. */
  readonly size: number;
}

type Known = Pick<EventSummary, "state" | "attempts">;

const LASTING_STATES: ReadonlySet<EventState> = new Set(
  EVENT_STATES.filter((state) =>
    (["push", "see", "answer", "expire"] as const).every((change) =>
      !statesBefore(change).includes(state)
    )
  ),
);

/** Remembers the states of events, and finds what is new from one look to the next. */
export class EventWatch {
  readonly #known: Map<number, Known>;
  readonly #size: number;
  #floor: number;

  constructor({ known, floor, size }: EventWatchOptions) {
    this.#known = new Map(known.map((event) => [event.seq, event]));
    this.#floor = floor;
    this.#size = size;
  }

  /** The highest sequence number that is known, or the floor. */
  get newest(): number {
    return this.#known.keys().reduce((a, b) => Math.max(a, b), this.#floor);
  }

  /** The sequence numbers of the events that can still change, in no order. */
  get changing(): number[] {
    return Array.from(this.#known)
      .filter(([, { state }]) => !LASTING_STATES.has(state))
      .map(([seq]) => seq);
  }

  /**
   * Compares events with what is known of them, and remembers them.
   *
   * @param events Events as they are now, in any order.
   * @returns Those that are new or have changed, the oldest first.
   */
  update(events: readonly EventSummary[]): EventNews[] {
    const news: EventNews[] = [];
    for (const event of events) {
      const { seq, state, attempts } = event;
      const known = this.#known.get(seq);
      if (known === undefined && seq <= this.#floor) continue;
      if (known?.state === state && known.attempts === attempts) continue;
      this.#known.set(seq, { state, attempts });
      news.push({ event, before: known?.state });
    }
    this.#forgetOldest(this.#known.size - this.#size);
    return news.sort((a, b) => a.event.seq - b.event.seq);
  }

  /** Forgets the oldest events; the floor keeps them from coming back as new. */
  #forgetOldest(count: number): void {
    if (count <= 0) return;
    const oldest = [...this.#known.keys()].sort((a, b) => a - b).slice(0, count);
    for (const seq of oldest) this.#known.delete(seq);
    this.#floor = Math.max(this.#floor, oldest.at(-1) ?? 0);
  }
}
