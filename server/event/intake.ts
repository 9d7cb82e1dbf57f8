/**
 * The intake: events are on disk before their senders hear that they are.
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
import { HELD_SESSION } from "../journal/event_row.ts";
import type { Journal } from "../journal/journal.ts";
import { isKeyTaken } from "../journal/error.ts";
import type { JournalKeeper } from "../journal/keeper.ts";
import { DELIVERY_WINDOW_MS, type IncomingEvent, type Receipt, type SessionLink } from "./types.ts";

/** Options of an {@linkcode EventIntake}. */
export interface EventIntakeOptions {
  /** Where events are kept. */
  readonly keeper: Pick<JournalKeeper, "use">;
  /** The clock, in milliseconds since the epoch. */
  readonly now?: () => number;
}

interface Entry {
  readonly event: IncomingEvent;
  readonly link: SessionLink | undefined;
  readonly resolve: (receipt: Receipt) => void;
  readonly reject: (error: unknown) => void;
  seq: number;
  kind: "stored" | "direct" | "duplicate" | "filtered";
}

/** Events that come in so soon after a commit, in milliseconds, gather for the next one. */
const BUSY_MS = 0.1;

/** How many events are gathered at most before they are committed. */
const MAX_GATHERED = 64;

/** Whether an event is written by one statement, which is a transaction of its own. */
function isOneStatement({ delivery, digest, raw, ...event }: IncomingEvent): boolean {
  return delivery === undefined && digest === undefined && raw === undefined &&
    event.gathers === undefined && event.track === undefined;
}

/**
 * Finds the event that a delivery repeats.
 *
 * @param journal Where events are kept.
 * @param keys The sender, the delivery id and the digest.
 * @param nowMs The time in milliseconds since the epoch.
 */
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
  readonly #keeper: Pick<JournalKeeper, "use">;
  readonly #now: () => number;
  readonly #sequence = new EventSequence();
  #isSequenceKnown = false;
  #entries: Entry[] = [];
  #isScheduled = false;
  #flushedAt = -Infinity;
  #lastCount = 0;

  /** Constructs a new instance. */
  constructor({ keeper, now = Date.now }: EventIntakeOptions) {
    this.#keeper = keeper;
    this.#now = now;
  }

  /**
   * Takes an event in.
   *
   * @param event The event.
   * @param link The session that it goes to, if any is open for it.
   * @returns What became of it, once that is on disk.
   * @throws {JournalError} When it cannot be kept.
   */
  take(event: IncomingEvent, link: SessionLink | undefined): Promise<Receipt> {
    return new Promise((resolve, reject) => {
      this.#entries.push({ event, link, resolve, reject, seq: 0, kind: "stored" });
      if (this.#isScheduled) return;
      if (!this.#isBusy()) return this.flush();
      this.#isScheduled = true;
      setImmediate(() => this.#flushGathered());
    });
  }

  /** Whether other events are likely to come in this turn. */
  #isBusy(): boolean {
    return this.#lastCount > 1 || performance.now() - this.#flushedAt < BUSY_MS;
  }

  /** Waits for one more turn of the event loop where this one has brought in others. */
  #flushGathered(): void {
    const { length } = this.#entries;
    if (length < 2 || length >= MAX_GATHERED) this.flush();
    else setImmediate(() => this.flush());
  }

  /**
   * The next sequence number. Within a transaction nobody else is given it, not even a process that
   * holds no port.
   */
  nextSeq(journal: Journal): number {
    this.#sequence.skip(journal.events.lastSeq());
    return this.#sequence.next(this.#now());
  }

  /** Writes what has been taken in and is not on disk yet. */
  flush(): void {
    this.#isScheduled = false;
    if (this.#entries.length === 0) return;
    const entries = this.#entries;
    this.#entries = [];
    this.#lastCount = entries.length;
    try {
      this.#keeper.use((journal) => this.#write(journal, entries));
    } catch (error) {
      for (const { reject } of entries) reject(error);
      return;
    } finally {
      this.#flushedAt = performance.now();
    }
    this.#deliver(entries);
  }

  #write(journal: Journal, entries: readonly Entry[]): void {
    if (!this.#isSequenceKnown) this.#sequence.skip(journal.events.lastSeq());
    this.#isSequenceKnown = true;
    const insertAll = () => {
      for (const entry of entries) this.#insert(journal, entry);
    };
    try {
      const [first] = entries;
      if (entries.length === 1 && first && isOneStatement(first.event)) insertAll();
      else journal.transaction(insertAll);
    } catch (error) {
      // A process that held the port before, or the terminal, has given the same number.
      if (!isKeyTaken(error)) throw error;
      this.#sequence.skip(journal.events.lastSeq());
      journal.transaction(insertAll);
    }
  }

  #insert(journal: Journal, entry: Entry): void {
    const { event, link } = entry;
    const { source, sender, target, repository } = event;
    const storedAt = this.#now();
    // Since its receiver has looked, only an event of the same commit can have come.
    const isLookedUp = event.duplicateOf !== undefined && this.#lastCount === 1;
    const duplicateOf = event.duplicateOf ??
      (isLookedUp ? undefined : findRepeated(journal, event, storedAt));
    const seq = this.#sequence.next(storedAt);
    const isRepeated = duplicateOf !== undefined;
    const isFiltered = event.filteredBy !== undefined;
    const isDirect = !isRepeated && !isFiltered && link?.direct?.isReady() === true;
    entry.kind = isRepeated
      ? "duplicate"
      : isFiltered
      ? "filtered"
      : isDirect
      ? "direct"
      : "stored";
    entry.seq = duplicateOf ?? seq;
    journal.events.insert({
      seq,
      state: entry.kind === "direct" ? "pushed" : entry.kind,
      session: link?.sessionId ?? (event.isHeld ? HELD_SESSION : null),
      storedAt,
      source,
      sender,
      meta: JSON.stringify(event.meta),
      content: isRepeated ? "" : event.content,
      target,
      repository,
      delivery: isRepeated ? undefined : event.delivery,
      digest: isRepeated ? undefined : event.digest,
      rule: event.filteredBy ?? event.rule,
      duplicateOf,
      raw: isRepeated ? undefined : event.raw,
    });
    if (event.gathers !== undefined) journal.events.gather(event.gathers, seq);
    if (event.track !== undefined && !isRepeated) journal.failures.note(event.track, storedAt);
  }

  #deliver(entries: readonly Entry[]): void {
    const behind = new Set<SessionLink>();
    for (const entry of entries) {
      const { kind, link, resolve, seq } = entry;
      if (kind === "duplicate" || kind === "filtered") resolve({ seq, kind });
      else if (link === undefined) resolve({ seq, kind: "stored" });
      else if (kind === "direct") this.#push(entry, link);
      else {
        behind.add(link);
        resolve({ seq, kind: link.direct?.hasRefused() ? "stored" : "accepted" });
      }
    }
    for (const link of behind) link.look();
  }

  #push({ event, seq, resolve, reject }: Entry, link: SessionLink): void {
    const { content, meta } = event;
    if (link.direct?.tryPush({ seq, content, meta, attempts: 1 })) {
      return resolve({ seq, kind: "accepted" });
    }
    try {
      this.#keeper.use(({ events }) => events.giveBack(seq));
      resolve({ seq, kind: "stored" });
    } catch (error) {
      reject(error);
    }
  }
}
