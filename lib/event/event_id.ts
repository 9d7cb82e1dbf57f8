/**
 * Event ids such as `evt_06tq6am0000`: short, because Claude reads them, and sorted as text in the order
 * in which the events were taken in.
 *
 * An id spells a sequence number in base 32: 41 bits for the milliseconds since 2025 and 12 bits that
 * count within one, which together is the largest whole number that a double holds. The journal keeps
 * the number as its key, so a number that was given once is never given again.
 *
 * @module
 */

const DIGITS = 11;
const ID_REGEXP = /^(evt|chat)_([0-9a-v]{11})$/;
const EPOCH_MS = Date.UTC(2025);
const COUNTS_PER_MS = 4096;

/** The highest number that a clock leads to: after one that was wrong, 2^40 are left to count on. */
const MAX_CLOCK_SEQ = 2 ** 53 - 2 ** 40;

/** Spells a number in two halves of 30 bits, because larger ones are spelled ten times slower. */
function encode(seq: number): string {
  const high = Math.floor(seq / 2 ** 30).toString(32).padStart(DIGITS - 6, "0");
  return high + (seq % 2 ** 30).toString(32).padStart(6, "0");
}

/** Spells the id of the event with a sequence number. */
export function formatEventId(seq: number): string {
  return `evt_${encode(seq)}`;
}

/** Spells the id of the chat that the event with a sequence number began. */
export function formatChatId(seq: number): string {
  return `chat_${encode(seq)}`;
}

function tryParse(prefix: "evt" | "chat", text: string): number | undefined {
  const [, found, digits = ""] = ID_REGEXP.exec(text) ?? [];
  if (found !== prefix) return undefined;
  const seq = parseInt(digits, 32);
  return Number.isSafeInteger(seq) ? seq : undefined;
}

/** Reads the sequence number of an event id; `undefined` for any other text. */
export function tryParseEventId(text: string): number | undefined {
  return tryParse("evt", text);
}

/** Reads the sequence number of a chat id; `undefined` for any other text. */
export function tryParseChatId(text: string): number | undefined {
  return tryParse("chat", text);
}

/**
 * Computes the lowest sequence number of a time, in milliseconds since the epoch; the milliseconds reach
 * as far as September 2094.
 */
export function seqAt(timeMs: number): number {
  return Math.min(Math.max(0, (timeMs - EPOCH_MS) * COUNTS_PER_MS), MAX_CLOCK_SEQ);
}

/** Gives sequence numbers, each higher than the one before, even where the clock jumps back. */
export class EventSequence {
  #last: number;

  /** @param last The last number that was given before, or 0. */
  constructor(last = 0) {
    this.#last = last;
  }

  /** Gives no number up to this one from now on. */
  skip(last: number): void {
    this.#last = Math.max(this.#last, last);
  }

  next(nowMs: number): number {
    this.#last = Math.max(seqAt(nowMs), this.#last + 1);
    return this.#last;
  }
}
