interface RateLimiterOptions {
  /** The tokens that a key gets each minute; `0` for no limit. */
  readonly perMinute: number;
  /** The most tokens that a key has at once. */
  readonly burst: number;
  /**
   * The most keys that are kept; beyond that the least recently used is forgotten.
   *
   * @default 10_000
   */
  readonly maxKeys?: number;
}

export type RateLimit =
  | { readonly ok: true }
  | {
    readonly ok: false;
    /** The time until the key can take again, in whole milliseconds. */
    readonly retryAfterMs: number;
  };

const OK: RateLimit = Object.freeze({ ok: true });

/** The cost of one token. A millisecond pays `perMinute`, which keeps all sums whole. */
const TOKEN_COST = 60_000;

/** The most keys that one call forgets, which keeps each call short. */
const SWEEP_COUNT = 2;

function validateCount(name: string, value: number, min: number): void {
  if (!(Number.isSafeInteger(value) && value >= min)) {
    throw new RangeError(
      `Cannot create a rate limiter: expected "${name}" to be a whole number of ${min} or more, received ${value}`,
    );
  }
}

/**
 * Limits each key by a bucket of tokens: a bucket holds `burst` tokens and gets `perMinute` of them a
 * minute.
 *
 * Only the time at which a bucket is full again is kept. Time counts as far as the clock moves forward:
 * a clock that is set back adds nothing to any bucket and makes no key wait longer.
 */
export class RateLimiter {
  readonly #perMinute: number;
  readonly #capacity: number;
  readonly #maxKeys: number;
  /** The time at which each bucket is full again, in cost units; the least recently used first. */
  readonly #fullAt = new Map<string, number>();
  #elapsedMs = 0;
  #lastMs: number | undefined;

  /** @throws {RangeError} When a number is not whole or is too low. */
  constructor(options: RateLimiterOptions) {
    const { perMinute, burst, maxKeys = 10_000 } = options;
    validateCount("perMinute", perMinute, 0);
    if (perMinute > 0) validateCount("burst", burst, 1);
    validateCount("maxKeys", maxKeys, 1);
    this.#perMinute = perMinute;
    this.#capacity = burst * TOKEN_COST;
    this.#maxKeys = maxKeys;
  }

  get size(): number {
    return this.#fullAt.size;
  }

  /** Takes a token of a key, if there is one. */
  take(key: string, nowMs: number): RateLimit {
    if (this.#perMinute === 0) return OK;
    const limit = this.check(key, nowMs);
    const now = this.#elapsedMs * this.#perMinute;
    const fullAt = Math.max(this.#fullAt.get(key) ?? 0, now) + (limit.ok ? TOKEN_COST : 0);
    this.#fullAt.delete(key);
    this.#fullAt.set(key, fullAt);
    let left = SWEEP_COUNT;
    for (const [key, fullAt] of this.#fullAt) {
      if (left-- === 0 || (fullAt > now && this.#fullAt.size <= this.#maxKeys)) break;
      this.#fullAt.delete(key);
    }
    return limit;
  }

  /** Answers as {@linkcode RateLimiter.take} would, and takes nothing. */
  check(key: string, nowMs: number): RateLimit {
    if (this.#perMinute === 0) return OK;
    this.#elapsedMs += Math.max(0, nowMs - (this.#lastMs ?? nowMs));
    this.#lastMs = nowMs;
    const now = this.#elapsedMs * this.#perMinute;
    const missing = Math.max(0, (this.#fullAt.get(key) ?? 0) - now);
    const excess = missing + TOKEN_COST - this.#capacity;
    return excess <= 0 ? OK : { ok: false, retryAfterMs: Math.ceil(excess / this.#perMinute) };
  }
}
