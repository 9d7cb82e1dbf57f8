/**
 * The burst gatherer joins events of a source that come close together and share a subject, and
 * limits the events of a source per minute. It has no timer and no clock.
 *
 * Each event comes out once, to be shown or as held back.
 *
 * @module
 */

export interface BurstItem<Ref> {
  readonly sourceName: string;
  /** The subject that it shares with others; an event without a key waits for none. */
  readonly key: string | undefined;
  /** The caller's reference to the event. */
  readonly ref: Ref;
  /** The time in milliseconds since the epoch. */
  readonly nowMs: number;
}

export type BurstOutput<Ref> =
  /** Events to show as one. */
  | {
    readonly kind: "event";
    readonly sourceName: string;
    /** The subject that they share; `undefined` for an event that waited for none. */
    readonly key: string | undefined;
    readonly refs: readonly Ref[];
  }
  /** Events that are not shown; a notice will count them. */
  | { readonly kind: "held"; readonly sourceName: string; readonly refs: readonly Ref[] }
  /** A line that counts the events that were held back. */
  | {
    readonly kind: "notice";
    readonly sourceName: string;
    readonly text: string;
    readonly count: number;
  };

interface BurstGathererOptions {
  /** The time that the first event of a key waits for others, in milliseconds (default `5000`). */
  readonly windowMs?: number;
  /** The most events of a source that are shown within a minute (default `30`). */
  readonly maxPerMinute?: number;
  /** The most keys at once; one more releases the oldest (default `1000`). */
  readonly maxKeys?: number;
  /** The most events that wait; one more releases those of the oldest key (default `10_000`). */
  readonly maxWaiting?: number;
}

interface Group<Ref> {
  readonly sourceName: string;
  readonly key: string;
  readonly firstMs: number;
  readonly refs: Ref[];
}

interface SourceState {
  /** The times of events shown in the last minute, the oldest first. */
  shownMs: number[];
  held: number;
  /** The time of the first event held back since the last notice. */
  heldSinceMs: number;
}

const MINUTE_MS = 60_000;

/** Tells whether a time has passed. A clock that was set back must not make events wait. */
function hasPassed(durationMs: number, sinceMs: number, nowMs: number): boolean {
  return nowMs - sinceMs >= durationMs || nowMs < sinceMs;
}

export class BurstGatherer<Ref> {
  readonly #windowMs: number;
  readonly #maxPerMinute: number;
  readonly #maxKeys: number;
  readonly #maxWaiting: number;
  /** In the order of their first events. */
  readonly #groups = new Map<string, Group<Ref>>();
  readonly #sources = new Map<string, SourceState>();
  #waiting = 0;

  constructor(
    { windowMs = 5000, maxPerMinute = 30, maxKeys = 1000, maxWaiting = 10_000 }:
      BurstGathererOptions = {},
  ) {
    this.#windowMs = windowMs;
    this.#maxPerMinute = maxPerMinute;
    this.#maxKeys = maxKeys;
    this.#maxWaiting = maxWaiting;
  }

  /** The time of the next output of {@linkcode due} if nothing is added; `undefined` for never. */
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
   * @returns The outputs that are due at its time.
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
   * @returns The outputs that are due, in order.
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
