/**
 * The pruner: keeps the journal within its age and its size, a little at a time, when no events come in.
 * While they come in without a pause, the journal may grow by a quarter beyond its size before the
 * pruner removes rows between them.
 *
 * By size it removes the oldest of events, replies, prompts and the audit. Sessions are small and go by
 * their age; of failures few are kept.
 *
 * @module
 */

import { AgeClock } from "../../lib/event/age_clock.ts";
import { isOpen } from "../../lib/event/event_state.ts";
import { type Journal, WAL_BYTES } from "./journal.ts";
import type { JournalKeeper } from "./keeper.ts";
import type { Logger } from "../runtime/log.ts";

/** Options of a {@linkcode JournalPruner}. */
export interface JournalPrunerOptions {
  readonly keeper: Pick<JournalKeeper, "read" | "write">;
  readonly log: Logger;
  /** The age of the oldest events, in milliseconds. */
  readonly retainMs: number;
  /** The size of the journal, in bytes. */
  readonly retainBytes: number;
  /**
   * The least time between two checks of the age, in milliseconds.
   *
   * @default {10_000}
   */
  readonly ageCheckMs?: number;
  /**
   * The time between two such checks where no events come in, in milliseconds.
   *
   * @default {3_600_000}
   */
  readonly idleCheckMs?: number;
  /** The time between two attempts to cut the write-ahead log, in milliseconds. */
  readonly cutAgainMs?: number;
  /** Decides whether ages may be counted by the clock. */
  readonly clock?: Pick<AgeClock, "isBelieved">;
  /**
   * The monotonic clock, in milliseconds.
   *
   * @default {performance.now}
   */
  readonly uptime?: () => number;
}

/** The number of events between two checks of the size. */
const EVERY_EVENTS = 120;

/** The pause without an event before rows are removed, in milliseconds. */
const IDLE_MS = 1000;

/** The size from which on rows are removed without such a pause, as a factor. */
const SLACK = 1.25;

/** The number of rows that are removed at a time; more than come in between two checks. */
const STEP = 128;

/** The size of the write-ahead log from which on it is cut, in bytes. */
const MAX_WAL_BYTES = 4 * WAL_BYTES;

/** The time between two reports, in milliseconds. */
const REPORT_MS = 60_000;

export class JournalPruner {
  readonly #options: JournalPrunerOptions;
  readonly #ageCheckMs: number;
  readonly #clock: Pick<AgeClock, "isBelieved">;
  readonly #startedAt = Date.now();
  readonly #startUptimeMs: number;
  #hasLooked = false;
  readonly #onAlarm = () => {
    this.#check();
    this.#setAlarm(this.#options.idleCheckMs ?? 3_600_000);
  };
  #countdown = 1;
  #isScheduled = false;
  #hasEvents = false;
  #isClosed = false;
  #idle: ReturnType<typeof setTimeout> | undefined;
  #rest: ReturnType<typeof setTimeout> | undefined;
  #cut: ReturnType<typeof setTimeout> | undefined;
  #alarm: AbortSignal | undefined;
  #checkedAt = -Infinity;
  #reportedAt = -Infinity;
  #unseen = 0;

  constructor(options: JournalPrunerOptions) {
    this.#options = options;
    this.#ageCheckMs = options.ageCheckMs ?? 10_000;
    this.#clock = options.clock ?? new AgeClock();
    this.#startUptimeMs = options.uptime?.() ?? performance.now();
  }

  /** Begins to check the age, also where no events come in. Safe to call twice. */
  start(): void {
    if (this.#alarm === undefined) this.#setAlarm(this.#ageCheckMs);
  }

  /** Counts an event that came in. */
  noteEvent(): void {
    this.#hasEvents = true;
    if (--this.#countdown > 0 || this.#isScheduled || this.#isClosed) return;
    this.#countdown = EVERY_EVENTS;
    this.#isScheduled = true;
    setImmediate(() => {
      this.#isScheduled = false;
      if (this.#isClosed) return;
      this.#check();
      this.#rest ??= setTimeout(() => this.#endRest(), this.#ageCheckMs);
    });
  }

  /**
   * Removes some of the rows that are too old or too many. Open events that are too old are kept as
   * `expired`, without their text, for as long again.
   *
   * @param slack The factor by which the journal may be larger than its size.
   * @returns Whether there is more to remove.
   */
  prune(nowMs: number, slack = 1): boolean {
    try {
      return this.#options.keeper.write((journal) => {
        const { retainBytes } = this.#options;
        // The clock may have been set back since.
        const isCheckDue = Math.abs(nowMs - this.#checkedAt) >= this.#ageCheckMs;
        const isMoreTooOld = isCheckDue && this.#isBelieved(journal, nowMs) &&
          this.#pruneAge(journal, nowMs);
        const usedBytes = journal.usedBytes();
        if (usedBytes <= retainBytes) return isMoreTooOld;
        return usedBytes <= retainBytes * slack || this.#pruneSize(journal) || isMoreTooOld;
      });
    } catch {
      // The keeper has reported it; the next check tries again.
      return false;
    } finally {
      this.#report(nowMs);
    }
  }

  /** Safe to call twice. */
  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#idle);
    clearTimeout(this.#rest);
    clearTimeout(this.#cut);
    this.#idle = undefined;
    this.#alarm?.removeEventListener("abort", this.#onAlarm);
  }

  /** Works as `delay()`, but can be called off: the end of the process would wait for it otherwise. */
  #setAlarm(ms: number): void {
    this.#alarm = AbortSignal.timeout(ms);
    this.#alarm.addEventListener("abort", this.#onAlarm, { once: true });
  }

  #check(): void {
    if (this.prune(Date.now(), SLACK) || this.#isWalLong()) this.#waitForIdle();
  }

  /** Makes the next event check again. */
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
    else this.#cutWal();
  }

  #isWalLong(): boolean {
    try {
      return this.#options.keeper.read((journal) => journal.walBytes() > MAX_WAL_BYTES);
    } catch {
      return false;
    }
  }

  /** Cuts the write-ahead log that a slow reader made long, once that reader has gone. */
  #cutWal(): void {
    if (!this.#isWalLong()) return;
    try {
      if (this.#options.keeper.write((journal) => journal.cutWal())) return;
    } catch {
      // The keeper has reported it.
    }
    this.#cut ??= setTimeout(() => {
      this.#cut = undefined;
      this.#check();
    }, this.#options.cutAgainMs ?? 60_000);
  }

  #isBelieved(journal: Journal, nowMs: number): boolean {
    const uptimeMs = this.#options.uptime?.() ?? performance.now();
    const lastEventAt = () => journal.events.lastBefore(this.#startedAt);
    if (!this.#hasLooked) {
      // The clock may jump between the start and the first check.
      this.#hasLooked = true;
      const start = { wallMs: this.#startedAt, uptimeMs: this.#startUptimeMs };
      this.#clock.isBelieved(start, lastEventAt);
    }
    const isBelieved = this.#clock.isBelieved({ wallMs: nowMs, uptimeMs }, lastEventAt);
    if (!isBelieved) this.#checkedAt = nowMs;
    return isBelieved;
  }

  /** Removes rows that are too old; returns whether there may be more, for which a check is due. */
  #pruneAge(journal: Journal, nowMs: number): boolean {
    const cutoff = nowMs - this.#options.retainMs;
    const expired = journal.events.expire(cutoff, nowMs, STEP);
    const counts = [
      expired,
      journal.events.deleteClosed(cutoff, nowMs, STEP),
      journal.outbound.deleteBefore(cutoff, STEP),
      journal.permissions.deleteBefore(cutoff, STEP),
      journal.sessions.deleteBefore(cutoff, STEP),
      journal.audit.deleteBefore(cutoff, STEP),
    ];
    this.#unseen += expired;
    const isMore = counts.includes(STEP);
    if (!isMore) this.#checkedAt = nowMs;
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

  /** Removes rows of the table with the oldest row, but none newer than the oldest of another table. */
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
      `${this.#unseen} unseen events were given up: too old, or the journal is full`,
    );
    this.#unseen = 0;
  }
}
