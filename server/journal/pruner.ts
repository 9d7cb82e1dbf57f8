/**
 * The pruner: keeps the journal within its age and its size, a little at a time, when no events come in.
 * While they come in without a pause, the journal may grow by a quarter beyond its size before some are
 * removed between them.
 *
 * By its size go events, replies, prompts and the audit, whichever has the oldest. Sessions do not:
 * they are small, and go by their age. Nor do failures, of which few are kept.
 *
 * @module
 */

import { isOpen } from "../../lib/event/event_state.ts";
import type { Journal } from "./journal.ts";
import type { JournalKeeper } from "./keeper.ts";
import type { Logger } from "../runtime/log.ts";

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
  /**
   * The least time between two looks whether something is too old, in milliseconds.
   *
   * @default {10_000}
   */
  readonly ageLookMs?: number;
  /**
   * The time between two such looks where no events come in, in milliseconds.
   *
   * @default {3_600_000}
   */
  readonly idleLookMs?: number;
}

/** After how many events it is looked whether there is too much. */
const EVERY_EVENTS = 120;

/** How long no event must have come in before some are removed, in milliseconds. */
const IDLE_MS = 1000;

/** By how much the journal may be larger than it should before that is not waited for. */
const SLACK = 1.25;

/** How many rows are removed at a time; more than come in between two looks. */
const STEP = 128;

/** The time between two reports, in milliseconds. */
const REPORT_MS = 60_000;

/** Removes what is too old and what is too much. */
export class JournalPruner {
  readonly #options: JournalPrunerOptions;
  readonly #ageLookMs: number;
  readonly #onAlarm = () => {
    this.#look();
    this.#setAlarm(this.#options.idleLookMs ?? 3_600_000);
  };
  #countdown = 1;
  #isScheduled = false;
  #hasEvents = false;
  #isClosed = false;
  #idle: ReturnType<typeof setTimeout> | undefined;
  #rest: ReturnType<typeof setTimeout> | undefined;
  #alarm: AbortSignal | undefined;
  #lookedAt = -Infinity;
  #reportedAt = -Infinity;
  #unseen = 0;

  /** Constructs a new instance. */
  constructor(options: JournalPrunerOptions) {
    this.#options = options;
    this.#ageLookMs = options.ageLookMs ?? 10_000;
  }

  /** Begins to look whether something is too old, also where no events come in. Safe to call twice. */
  start(): void {
    if (this.#alarm === undefined) this.#setAlarm(this.#ageLookMs);
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
      this.#look();
      this.#rest ??= setTimeout(() => this.#endRest(), this.#ageLookMs);
    });
  }

  /**
   * Removes some of what is too old or too much. Open events that are too old are kept as `expired`,
   * without their text, for as long again.
   *
   * @param nowMs The time in milliseconds since the epoch.
   * @param slack How many times as large as it should be the journal may be.
   * @returns Whether there is more to remove.
   */
  prune(nowMs: number, slack = 1): boolean {
    try {
      return this.#options.keeper.use((journal) => {
        const { retainBytes } = this.#options;
        // The clock may have been set back since.
        const isLookDue = Math.abs(nowMs - this.#lookedAt) >= this.#ageLookMs;
        const isMoreTooOld = isLookDue && this.#pruneAge(journal, nowMs);
        const usedBytes = journal.usedBytes();
        if (usedBytes <= retainBytes) return isMoreTooOld;
        return usedBytes <= retainBytes * slack || this.#pruneSize(journal) || isMoreTooOld;
      });
    } catch {
      // The keeper has reported it; the next look tries again.
      return false;
    } finally {
      this.#report(nowMs);
    }
  }

  /** Removes nothing more by itself. Safe to call twice. */
  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#idle);
    clearTimeout(this.#rest);
    this.#idle = undefined;
    this.#alarm?.removeEventListener("abort", this.#onAlarm);
  }

  /** As with `delay()`, but it can be called off, so that nothing has to wait for it at the end. */
  #setAlarm(ms: number): void {
    this.#alarm = AbortSignal.timeout(ms);
    this.#alarm.addEventListener("abort", this.#onAlarm, { once: true });
  }

  #look(): void {
    if (this.prune(Date.now(), SLACK)) this.#waitForIdle();
  }

  /** The next event looks again, however few have come in. */
  #endRest(): void {
    this.#rest = undefined;
    this.#countdown = 1;
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

  /** Removes what is too old; returns whether there may be more, for which the next look is due. */
  #pruneAge(journal: Journal, nowMs: number): boolean {
    const cutoff = nowMs - this.#options.retainMs;
    const expired = journal.events.expire(cutoff, nowMs, STEP);
    const counts = [
      expired,
      journal.events.deleteClosed(cutoff, STEP),
      journal.outbound.deleteBefore(cutoff, STEP),
      journal.permissions.deleteBefore(cutoff, STEP),
      journal.sessions.deleteBefore(cutoff, STEP),
      journal.audit.deleteBefore(cutoff, STEP),
    ];
    this.#unseen += expired;
    const isMore = counts.includes(STEP);
    if (!isMore) this.#lookedAt = nowMs;
    return isMore;
  }

  /** Removes the oldest rows of all tables; returns whether there were any. */
  #pruneSize(journal: Journal): boolean {
    return journal.transaction(() => {
      let left = STEP;
      for (let removed = -1; left > 0 && removed !== 0; left -= removed) {
        removed = this.#removeOldest(journal, left);
      }
      return left < STEP;
    });
  }

  /** Removes rows of the table that has the oldest of all, but none newer than the oldest of another. */
  #removeOldest({ events, outbound, permissions, audit }: Journal, limit: number): number {
    const others = [outbound, permissions, audit];
    const times = [events, ...others].map((table) => table.oldestAt());
    const [oldest = Infinity, second = Infinity] = times.toSorted((a, b) => a - b);
    if (oldest === Infinity) return 0;
    const older = others[times.indexOf(oldest) - 1];
    if (older !== undefined) return older.deleteBefore(second + 1, limit);
    const states = events.deleteOldest(second + 1, limit);
    this.#unseen += states.filter(isOpen).length;
    return states.length;
  }

  #report(nowMs: number): void {
    if (this.#unseen === 0 || Math.abs(nowMs - this.#reportedAt) < REPORT_MS) return;
    this.#reportedAt = nowMs;
    this.#options.log.warn(
      `${this.#unseen} events that nobody has seen were given up: too old, or the journal is full`,
    );
    this.#unseen = 0;
  }
}
