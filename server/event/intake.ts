/**
 * The intake: answers senders once their events are on disk.
 *
 * Events that come in together share one transaction: an event that comes shortly after a commit waits
 * for the others of its turn of the event loop, and for one turn more where there are any. An event for
 * a session of this process is journaled as `pushed` at once and written to the session after the
 * commit; one that cannot be written goes back to `stored`, and the session takes it from the journal
 * when it can.
 *
 * @module
 */

import { EventSequence } from "../../lib/event/event_id.ts";
import type { Journal } from "../journal/journal.ts";
import { isKeyTaken } from "../journal/error.ts";
import type { JournalKeeper } from "../journal/keeper.ts";
import { DELIVERY_WINDOW_MS, type IncomingEvent, type Receipt, type SessionLink } from "./types.ts";

/** Options of an {@linkcode EventIntake}. */
interface EventIntakeOptions {
  readonly keeper: Pick<JournalKeeper, "write">;
  /** The clock, in milliseconds since the epoch. */
  readonly now?: () => number;
}

interface Entry {
  readonly event: IncomingEvent;
  link: SessionLink | undefined;
  readonly resolve: (receipt: Receipt) => void;
  readonly reject: (error: unknown) => void;
  seq: number;
  state: "stored" | "held" | "pushed" | "duplicate" | "filtered";
}

/** Events that come in so soon after a commit, in milliseconds, gather for the next one. */
const BUSY_MS = 0.1;

/** The most events that are gathered before they are committed. */
const MAX_GATHERED = 64;

/** Returns whether one statement writes an event: such a statement is a transaction of its own. */
function isOneStatement(event: IncomingEvent): boolean {
  return event.delivery === undefined && event.digest === undefined && event.raw === undefined &&
    event.gathers === undefined && event.track === undefined;
}

/** Finds the event that a delivery repeats. */
export function findRepeated(
  { events }: Journal,
  { sender, delivery, digest }: Pick<IncomingEvent, "sender" | "delivery" | "digest">,
  nowMs: number,
): number | undefined {
  const sinceMs = nowMs - DELIVERY_WINDOW_MS;
  const byId = delivery === undefined ? undefined : events.findDelivery(sender, delivery, sinceMs);
  if (byId !== undefined || digest === undefined) return byId;
  return events.findDigest(sender, digest, sinceMs);
}

/** Takes events in. */
export class EventIntake {
  readonly #keeper: Pick<JournalKeeper, "write">;
  readonly #now: () => number;
  readonly #sequence = new EventSequence();
  /** The journal of the last write. */
  #journal: Journal | undefined;
  #entries: Entry[] = [];
  #isScheduled = false;
  #flushedAt = -Infinity;
  #lastCount = 0;

  constructor({ keeper, now = Date.now }: EventIntakeOptions) {
    this.#keeper = keeper;
    this.#now = now;
  }

  /**
   * Takes an event in.
   *
   * @param link The session that it goes to, if any is open for it.
   * @returns Its outcome, once that is on disk.
   * @throws {JournalError} When it cannot be kept.
   */
  take(event: IncomingEvent, link: SessionLink | undefined): Promise<Receipt> {
    return new Promise((resolve, reject) => {
      this.#entries.push({ event, link, resolve, reject, seq: 0, state: "stored" });
      if (this.#isScheduled) return;
      if (!this.#isBusy()) return this.flush();
      this.#isScheduled = true;
      setImmediate(() => this.#flushGathered());
    });
  }

  /** Returns whether other events are likely to come in this turn. */
  #isBusy(): boolean {
    return this.#lastCount > 1 || performance.now() - this.#flushedAt < BUSY_MS;
  }

  /** Waits for one more turn of the event loop where this one has brought in others. */
  #flushGathered(): void {
    const { length } = this.#entries;
    if (length < 2 || length >= MAX_GATHERED) this.flush();
    else setImmediate(() => this.flush());
  }

  /** Takes the next sequence number, which is free until the end of the transaction around it. */
  nextSeq(journal: Journal): number {
    this.#sequence.skip(journal.events.lastSeq());
    return this.#sequence.next(this.#now());
  }

  /** Writes the events that are not on disk yet. */
  flush(): void {
    this.#isScheduled = false;
    if (this.#entries.length === 0) return;
    const entries = this.#entries;
    this.#entries = [];
    this.#lastCount = entries.length;
    try {
      this.#keeper.write((journal) => this.#write(journal, entries));
    } catch (error) {
      for (const { reject } of entries) reject(error);
      return;
    } finally {
      this.#flushedAt = performance.now();
    }
    this.#deliver(entries);
  }

  #write(journal: Journal, entries: readonly Entry[]): void {
    if (journal !== this.#journal) this.#begin(journal, entries);
    const [first] = entries;
    const insertAll = () => entries.forEach((entry) => this.#insert(journal, entry));
    try {
      if (entries.length === 1 && first && isOneStatement(first.event)) {
        this.#insert(journal, first);
      } else journal.transaction(insertAll);
    } catch (error) {
      // An earlier owner of the port, or the terminal, has given the same number.
      if (!isKeyTaken(error)) throw error;
      this.#sequence.skip(journal.events.lastSeq());
      journal.transaction(insertAll);
    }
  }

  /** Begins to write to a journal. One that takes another's place knows none of the sessions yet. */
  #begin(journal: Journal, entries: readonly Entry[]): void {
    if (this.#journal !== undefined) entries.forEach((entry) => entry.link = undefined);
    this.#sequence.skip(journal.events.lastSeq());
    this.#journal = journal;
  }

  #insert(journal: Journal, entry: Entry): void {
    const { event, link } = entry;
    const { source, sender, content, target, repository, delivery, digest, raw } = event;
    const storedAt = this.#now();
    // Since its receiver has looked, only an event of the same commit can have come.
    const isLookedUp = event.duplicateOf !== undefined && this.#lastCount === 1;
    const mayRepeat = (delivery !== undefined || digest !== undefined) && !isLookedUp;
    const duplicateOf = event.duplicateOf ??
      (mayRepeat ? findRepeated(journal, event, storedAt) : undefined);
    const seq = this.#sequence.next(storedAt);
    const isRepeated = duplicateOf !== undefined;
    if (isRepeated) entry.state = "duplicate";
    else if (event.filteredBy !== undefined) entry.state = "filtered";
    else if (event.isHeld) entry.state = "held";
    else entry.state = link?.direct?.isReady ? "pushed" : "stored";
    entry.seq = duplicateOf ?? seq;
    journal.events.insert({
      seq,
      state: entry.state,
      session: link?.sessionId ?? null,
      storedAt,
      source,
      sender,
      meta: JSON.stringify(event.meta),
      content: isRepeated ? "" : content,
      target,
      repository,
      delivery: isRepeated ? undefined : delivery,
      digest: isRepeated ? undefined : digest,
      rule: event.filteredBy ?? event.rule,
      duplicateOf,
      raw: isRepeated ? undefined : raw,
    });
    if (event.gathers !== undefined) journal.events.gather(event.gathers, seq);
    if (event.track !== undefined && !isRepeated) journal.failures.note(event.track, storedAt);
  }

  #deliver(entries: readonly Entry[]): void {
    const behind = new Set<SessionLink>();
    for (const entry of entries) {
      const { state, link, resolve, seq } = entry;
      if (state === "duplicate" || state === "filtered") resolve({ seq, kind: state });
      else if (link === undefined) resolve({ seq, kind: "stored" });
      else if (state === "pushed") this.#push(entry, link);
      else {
        behind.add(link);
        resolve({ seq, kind: link.direct?.hasRefused ? "stored" : "accepted" });
      }
    }
    for (const link of behind) link.sync();
  }

  #push({ event, seq, resolve, reject }: Entry, link: SessionLink): void {
    const { content, meta } = event;
    if (link.direct?.tryPush({ seq, content, meta, attempts: 1 })) {
      return resolve({ seq, kind: "accepted" });
    }
    try {
      this.#keeper.write(({ events }) => events.giveBack(seq));
      resolve({ seq, kind: "stored" });
    } catch (error) {
      reject(error);
    }
  }
}
