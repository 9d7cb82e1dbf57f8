/**
 * The pruner: keeps the journal within its age and its size, a little at a time, when no events come in.
 * While they come in without a pause, the journal may grow by a quarter beyond its size before some are
 * removed between them.
 *
 * @module
 */

import { seqAt } from "../lib/event_id.ts";
import type { Journal } from "./journal.ts";
import type { JournalKeeper } from "./journal_keeper.ts";
import type { Logger } from "./log.ts";

/** Options of a {@linkcode JournalPruner}. */
export interface JournalPrunerOptions {
  /** Where events are kept. */
  readonly keeper: Pick<JournalKeeper, "use">;
  /** Where problems are reported. */
  readonly log: Logger;
  /** How long events are kept, in milliseconds. */
  readonly retainMs: number;
  /** How many bytes the journal may take. */
  readonly retainBytes: number;
}

/** After how many events it is looked whether there is too much. */
const EVERY_EVENTS = 120;

/** How long no event must have come in before some are removed, in milliseconds. */
const IDLE_MS = 1000;

/** By how much the journal may be larger than it should before that is not waited for. */
const SLACK = 1.25;

/** How many rows of a table are removed at a time; more than come in between two looks. */
const STEP = 128;

/** The time between two looks whether something is too old, in milliseconds. */
const AGE_LOOK_MS = 10_000;

/** The time between two reports, in milliseconds. */
const REPORT_MS = 60_000;

/** Removes what is too old and what is too much. */
export class JournalPruner {
  readonly #options: JournalPrunerOptions;
  #countdown = 1;
  #isScheduled = false;
  #hasEvents = false;
  #isClosed = false;
  #idle: ReturnType<typeof setTimeout> | undefined;
  #lookedAt = -Infinity;
  #reportedAt = -Infinity;
  #unseen = 0;

  /** Constructs a new instance. */
  constructor(options: JournalPrunerOptions) {
    this.#options = options;
  }

  /** Takes note of an event that came in. */
  noteEvent(): void {
    this.#hasEvents = true;
    if (--this.#countdown > 0 || this.#isScheduled || this.#isClosed) return;
    this.#countdown = EVERY_EVENTS;
    this.#isScheduled = true;
    setImmediate(() => {
      this.#isScheduled = false;
      if (this.#isClosed) return;
      if (this.prune(Date.now(), SLACK)) this.#waitForIdle();
    });
  }

  /**
   * Removes some of what is too old or too much. Open events that are too old are kept as `expired`,
   * without their text, for as long again.
   *
   * @param nowMs The time in milliseconds since the epoch.
   * @param slack How many times as large as it should be the journal may be.
   * @returns Whether the journal is larger than it should be.
   */
  prune(nowMs: number, slack = 1): boolean {
    let isOver = false;
    try {
      this.#options.keeper.use((journal) => {
        const { retainBytes } = this.#options;
        if (nowMs - this.#lookedAt >= AGE_LOOK_MS) this.#pruneAge(journal, nowMs);
        const usedBytes = journal.usedBytes();
        isOver = usedBytes > retainBytes;
        if (usedBytes > retainBytes * slack) this.#pruneSize(journal);
      });
    } catch {
      // The keeper has reported it; the next look tries again.
    }
    this.#report(nowMs);
    return isOver;
  }

  /** Removes nothing more by itself. Safe to call twice. */
  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#idle);
    this.#idle = undefined;
  }

  #waitForIdle(): void {
    this.#hasEvents = false;
    this.#idle ??= setTimeout(() => this.#pruneWhileIdle(), IDLE_MS);
  }

  async #pruneWhileIdle(): Promise<void> {
    while (this.#idle !== undefined && !this.#hasEvents && this.prune(Date.now())) {
      await new Promise((resolve) => setImmediate(resolve));
    }
    if (this.#idle === undefined) return;
    this.#idle = undefined;
    if (this.#hasEvents) this.#waitForIdle();
  }

  /** Removes what is too old; looks again at once for as long as there is more. */
  #pruneAge(journal: Journal, nowMs: number): void {
    const cutoff = nowMs - this.#options.retainMs;
    const expired = journal.events.expire(seqAt(cutoff), nowMs, STEP);
    const counts = [
      expired,
      journal.events.deleteClosed(seqAt(cutoff), cutoff, STEP),
      journal.outbound.deleteBefore(cutoff, STEP),
      journal.permissions.deleteBefore(cutoff, STEP),
      journal.sessions.deleteBefore(cutoff, STEP),
      journal.audit.deleteBefore(cutoff, STEP),
    ];
    this.#unseen += expired;
    if (!counts.includes(STEP)) this.#lookedAt = nowMs;
  }

  /** Removes the oldest of what came in, or of what went out, whichever is older. */
  #pruneSize({ events, outbound }: Journal): void {
    if (outbound.oldestAt() < events.oldestAt()) outbound.deleteBefore(Infinity, STEP);
    else this.#unseen += events.deleteOldest(STEP);
  }

  #report(nowMs: number): void {
    if (this.#unseen === 0 || nowMs - this.#reportedAt < REPORT_MS) return;
    this.#reportedAt = nowMs;
    this.#options.log.warn(
      `${this.#unseen} events that nobody has seen were given up: too old, or the journal is full`,
    );
    this.#unseen = 0;
  }
}
