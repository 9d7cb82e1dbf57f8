/**
 * The burst gatherer: events of a source that come close together and are about the same become one,
 * and no source shows more than so many a minute. It has no timer and no clock.
 *
 * Nothing is lost: each event that is added comes out once, to be shown or as held back.
 *
 * @module
 */

/** An event that goes into a {@linkcode BurstGatherer}. */
export interface BurstItem<Ref> {
  /** The name of its source. */
  readonly sourceName: string;
  /** What it has in common with others; an event without a key waits for none. */
  readonly key: string | undefined;
  /** What the caller knows the event by. */
  readonly ref: Ref;
  /** The time in milliseconds since the epoch. */
  readonly nowMs: number;
}

/** What comes out of a {@linkcode BurstGatherer}. */
export type BurstOutput<Ref> =
  /** Events to show as one. */
  | {
    readonly kind: "event";
    readonly sourceName: string;
    /** What they have in common; `undefined` for one that waited for none. */
    readonly key: string | undefined;
    readonly refs: readonly Ref[];
  }
  /** Events that are not shown; a notice will count them. */
  | { readonly kind: "held"; readonly sourceName: string; readonly refs: readonly Ref[] }
  /** A line that says how many were held back. */
  | {
    readonly kind: "notice";
    readonly sourceName: string;
    readonly text: string;
    readonly count: number;
  };

/** Options of a {@linkcode BurstGatherer}. */
interface BurstGathererOptions {
  /**
   * How long the first event of a key waits for others, in milliseconds.
   *
   * @default {5000}
   */
  readonly windowMs?: number;
  /**
   * How many events of a source are shown within a minute.
   *
   * @default {30}
   */
  readonly maxPerMinute?: number;
  /**
   * How many keys there may be at once; of more, the oldest waits no longer.
   *
   * @default {1000}
   */
  readonly maxKeys?: number;
  /**
   * How many events may wait in all; of more, those of the oldest key wait no longer.
   *
   * @default {10_000}
   */
  readonly maxWaiting?: number;
}

/** Events with the same key that wait. */
interface Group<Ref> {
  readonly sourceName: string;
  readonly key: string;
  readonly firstMs: number;
  readonly refs: Ref[];
}

/** What a source has shown and held back. */
interface SourceState {
  /** When events were shown in the last minute, the oldest first. */
  shownMs: number[];
  held: number;
  /** When the first was held back of those that no notice has counted. */
  heldSinceMs: number;
}

const MINUTE_MS = 60_000;

/** Whether so much time has gone by; a clock that was set back must not make events wait. */
function hasPassed(durationMs: number, sinceMs: number, nowMs: number): boolean {
  return nowMs - sinceMs >= durationMs || nowMs < sinceMs;
}

/** Gathers events that come close together. */
export class BurstGatherer<Ref> {
  readonly #windowMs: number;
  readonly #maxPerMinute: number;
  readonly #maxKeys: number;
  readonly #maxWaiting: number;
  /** In the order of their first events. */
  readonly #groups = new Map<string, Group<Ref>>();
  readonly #sources = new Map<string, SourceState>();
  #waiting = 0;

  /** Constructs a new instance. */
  constructor(
    { windowMs = 5000, maxPerMinute = 30, maxKeys = 1000, maxWaiting = 10_000 }:
      BurstGathererOptions = {},
  ) {
    this.#windowMs = windowMs;
    this.#maxPerMinute = maxPerMinute;
    this.#maxKeys = maxKeys;
    this.#maxWaiting = maxWaiting;
  }

  /** When {@linkcode due} has something to give, if nothing is added before; `undefined` for never. */
  get nextDueMs(): number | undefined {
    const times = Array.from(this.#sources.values())
      .filter(({ held }) => held > 0)
      .map(({ heldSinceMs }) => heldSinceMs + MINUTE_MS);
    const [oldest] = this.#groups.values();
    if (oldest !== undefined) times.push(oldest.firstMs + this.#windowMs);
    return times.length === 0 ? undefined : Math.min(...times);
  }

  /**
   * Adds an event.
   *
   * @returns What is due at its time.
   */
  add({ sourceName, key, ref, nowMs }: BurstItem<Ref>): BurstOutput<Ref>[] {
    const outputs = this.due(nowMs);
    if (key === undefined) {
      return [...outputs, this.#show({ sourceName, key, refs: [ref] }, nowMs)];
    }
    // The name of a source has no space.
    const id = `${sourceName} ${key}`;
    const group = this.#groups.get(id);
    if (group === undefined) {
      this.#groups.set(id, { sourceName, key, firstMs: nowMs, refs: [ref] });
    } else group.refs.push(ref);
    this.#waiting++;
    while (this.#groups.size > this.#maxKeys || this.#waiting > this.#maxWaiting) {
      outputs.push(...this.#releaseOldest(nowMs));
    }
    return outputs;
  }

  /**
   * Lets the time pass.
   *
   * @param nowMs The time in milliseconds since the epoch.
   * @returns What is due, in the order in which it is told.
   */
  due(nowMs: number): BurstOutput<Ref>[] {
    const outputs: BurstOutput<Ref>[] = this.#notices(nowMs);
    for (const { firstMs } of this.#groups.values()) {
      if (!hasPassed(this.#windowMs, firstMs, nowMs)) break;
      outputs.push(...this.#releaseOldest(nowMs));
    }
    this.#forgetIdle(nowMs);
    return outputs;
  }

  #releaseOldest(nowMs: number): BurstOutput<Ref>[] {
    const [oldest] = this.#groups;
    if (oldest === undefined) return [];
    const [id, group] = oldest;
    this.#groups.delete(id);
    this.#waiting -= group.refs.length;
    return [this.#show(group, nowMs)];
  }

  /** Shows an event unless its source has shown enough. */
  #show(
    { sourceName, key, refs }: Pick<BurstItem<Ref>, "sourceName" | "key"> & {
      readonly refs: readonly Ref[];
    },
    nowMs: number,
  ): BurstOutput<Ref> {
    let state = this.#sources.get(sourceName);
    if (state === undefined) {
      state = { shownMs: [], held: 0, heldSinceMs: nowMs };
      this.#sources.set(sourceName, state);
    }
    state.shownMs = state.shownMs.filter((shownMs) => !hasPassed(MINUTE_MS, shownMs, nowMs));
    if (state.shownMs.length < this.#maxPerMinute) {
      state.shownMs.push(nowMs);
      return { kind: "event", sourceName, key, refs };
    }
    if (state.held === 0) state.heldSinceMs = nowMs;
    state.held += refs.length;
    return { kind: "held", sourceName, refs };
  }

  #notices(nowMs: number): BurstOutput<Ref>[] {
    const notices: BurstOutput<Ref>[] = [];
    for (const [sourceName, state] of this.#sources) {
      const { held: count, heldSinceMs } = state;
      if (count === 0 || !hasPassed(MINUTE_MS, heldSinceMs, nowMs)) continue;
      const events = count === 1 ? "1 event" : `${count} events`;
      const text = `[${sourceName}] ${events} held back within a minute: inbox has them`;
      notices.push({ kind: "notice", sourceName, text, count });
      state.held = 0;
    }
    return notices;
  }

  #forgetIdle(nowMs: number): void {
    for (const [sourceName, { shownMs, held }] of this.#sources) {
      const isIdle = held === 0 && hasPassed(MINUTE_MS, shownMs.at(-1) ?? 0, nowMs);
      if (isIdle) this.#sources.delete(sourceName);
    }
  }
}
