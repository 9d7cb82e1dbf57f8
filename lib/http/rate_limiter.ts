/** How much a {@linkcode RateLimiter} lets through. */
export interface RateLimiterOptions {
  /** How many a key may take in a minute in the long run; `0` for no limit. */
  readonly perMinute: number;
  /** How many a key may take at once after a rest. */
  readonly burst: number;
  /**
   * How many keys are kept; beyond that the least recently used is forgotten.
   *
   * @default 10_000
   */
  readonly maxKeys?: number;
}

/** What {@linkcode RateLimiter.take} and {@linkcode RateLimiter.check} return. */
export type RateLimit =
  | { readonly ok: true }
  | {
    readonly ok: false;
    /** When the key can take again if nobody else uses it, in whole milliseconds from now. */
    readonly retryAfterMs: number;
  };

const OK: RateLimit = Object.freeze({ ok: true });

/** What one token costs. A millisecond pays `perMinute`, so that all sums are of whole numbers. */
const TOKEN_COST = 60_000;

/** How many keys a call forgets at most when they are at rest, so that each call is short. */
const SWEEP_COUNT = 2;

function validateCount(name: string, value: number, min: number): void {
  if (!(Number.isSafeInteger(value) && value >= min)) {
    throw new RangeError(
      `Cannot create a rate limiter: expected "${name}" to be a whole number of ${min} or more, received ${value}`,
    );
  }
}

/**
 * Limits how often each key may do something, as buckets of tokens do: a bucket holds `burst` tokens
 * and gets `perMinute` of them a minute.
 *
 * Of a bucket only the time at which it is full again is kept. Time is what the clock has moved
 * forward: a clock that is set back adds nothing to any bucket and makes nobody wait longer.
 */
export class RateLimiter {
  readonly #perMinute: number;
  readonly #capacity: number;
  readonly #maxKeys: number;
  /** When each bucket is full again, in cost units; the least recently used comes first. */
  readonly #fullAt = new Map<string, number>();
  #elapsedMs = 0;
  #lastMs: number | undefined;

  /**
   * Constructs a new instance.
   *
   * @param options How much is let through.
   * @throws {RangeError} When a number is not whole or is too low.
   */
  constructor(options: RateLimiterOptions) {
    const { perMinute, burst, maxKeys = 10_000 } = options;
    validateCount("perMinute", perMinute, 0);
    if (perMinute > 0) validateCount("burst", burst, 1);
    validateCount("maxKeys", maxKeys, 1);
    this.#perMinute = perMinute;
    this.#capacity = burst * TOKEN_COST;
    this.#maxKeys = maxKeys;
  }

  /** How many keys are kept. */
  get size(): number {
    return this.#fullAt.size;
  }

  /**
   * Takes a token of a key, if there is one.
   *
   * @param key Who takes it.
   * @param nowMs The time in milliseconds since any fixed moment.
   */
  take(key: string, nowMs: number): RateLimit {
    if (this.#perMinute === 0) return OK;
    const now = this.#advance(nowMs);
    const limit = this.#limit(key, now);
    const cost = limit.ok ? TOKEN_COST : 0;
    const fullAt = Math.max(this.#fullAt.get(key) ?? 0, now) + cost;
    this.#fullAt.delete(key);
    this.#fullAt.set(key, fullAt);
    this.#forget(now);
    return limit;
  }

  /**
   * Tells what {@linkcode RateLimiter.take} would return, and takes nothing.
   *
   * @param key Who would take a token.
   * @param nowMs The time in milliseconds since any fixed moment.
   */
  check(key: string, nowMs: number): RateLimit {
    if (this.#perMinute === 0) return OK;
    return this.#limit(key, this.#advance(nowMs));
  }

  #limit(key: string, now: number): RateLimit {
    const missing = Math.max(0, (this.#fullAt.get(key) ?? 0) - now);
    const excess = missing + TOKEN_COST - this.#capacity;
    if (excess <= 0) return OK;
    return { ok: false, retryAfterMs: Math.ceil(excess / this.#perMinute) };
  }

  /** The time in cost units. */
  #advance(nowMs: number): number {
    this.#elapsedMs += Math.max(0, nowMs - (this.#lastMs ?? nowMs));
    this.#lastMs = nowMs;
    return this.#elapsedMs * this.#perMinute;
  }

  #forget(now: number): void {
    let left = SWEEP_COUNT;
    for (const [key, fullAt] of this.#fullAt) {
      if (left-- === 0 || (fullAt > now && this.#fullAt.size <= this.#maxKeys)) return;
      this.#fullAt.delete(key);
    }
  }
}
