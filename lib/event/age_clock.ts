/**
 * Decides whether the wall clock can be believed about ages. A clock that jumped ahead makes all events
 * too old at once, and what retention deletes then does not come back.
 *
 * The clock is believed while it moves as the monotonic clock does, and, at the start, while it is not
 * far ahead of the last event of earlier processes. After a jump ahead it is believed again once it has been
 * steady for an hour: a machine that has slept looks the same as a clock that was set.
 *
 * @module
 */

/** The difference between the two clocks that is no jump, in milliseconds. */
const TOLERANCE_MS = 60_000;

/** The age of the last event from which on a start does not believe the clock, in milliseconds. */
const MAX_GAP_MS = 24 * 60 * 60_000;

/** The time for which a clock has to be steady, in milliseconds. */
const STEADY_MS = 60 * 60_000;

/** A reading of both clocks, in milliseconds. */
interface ClockReading {
  readonly wallMs: number;
  readonly uptimeMs: number;
}

export class AgeClock {
  #last: ClockReading | undefined;
  /** The monotonic time since which the clock is steady; `-Infinity` for one that is believed. */
  #steadySince = -Infinity;

  /**
   * Takes a look at both clocks.
   *
   * @param lastEventAt Returns the time of the last event of earlier processes, `undefined` for none; it is
   * called at the first look only.
   * @returns Whether ages may be counted by this reading.
   */
  isBelieved(now: ClockReading, lastEventAt: () => number | undefined): boolean {
    const last = this.#last;
    this.#last = now;
    if (last === undefined) {
      if (now.wallMs - (lastEventAt() ?? now.wallMs) > MAX_GAP_MS) this.#steadySince = now.uptimeMs;
    } else {
      const driftMs = now.wallMs - last.wallMs - (now.uptimeMs - last.uptimeMs);
      // A clock that was set back makes nothing older.
      if (driftMs > TOLERANCE_MS) this.#steadySince = now.uptimeMs;
    }
    return now.uptimeMs - this.#steadySince >= STEADY_MS;
  }
}
