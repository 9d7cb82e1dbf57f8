import { assert, assertEquals, assertLessOrEqual, assertThrows } from "@std/assert";
import fc from "fast-check";
import { RateLimiter } from "../../../lib/http/rate_limiter.ts";
import { show } from "../_texts.ts";

const MINUTE_MS = 60_000;
const NOW = Date.UTC(2026, 10, 21);
const OK = { ok: true } as const;

/** Counts the tokens that a key gets at one time. */
function drain(limiter: RateLimiter, key: string, nowMs: number): number {
  let count = 0;
  while (count < 10_000 && limiter.take(key, nowMs).ok) count++;
  return count;
}

Deno.test("RateLimiter.take() gives a burst and then one at a time [access.limits]", () => {
  const limiter = new RateLimiter({ perMinute: 60, burst: 20 });
  assertEquals(drain(limiter, "ci", NOW), 20);
  assertEquals(limiter.take("ci", NOW), { ok: false, retryAfterMs: 1000 });
  assertEquals(limiter.take("ci", NOW + 999), { ok: false, retryAfterMs: 1 });
  assertEquals(limiter.take("ci", NOW + 1000), OK);
  assertEquals(limiter.take("ci", NOW + 1000), { ok: false, retryAfterMs: 1000 });
  assertEquals(drain(limiter, "ci", NOW + 6000), 5);
  assertEquals(drain(limiter, "ci", NOW + MINUTE_MS), 20);
  assertEquals(drain(limiter, "other", NOW + MINUTE_MS), 20);
});

Deno.test("RateLimiter.check() tells what take() would and takes nothing [access.limits]", () => {
  const limiter = new RateLimiter({ perMinute: 10, burst: 2 });
  for (let i = 0; i < 5; i++) assertEquals(limiter.check("ci", NOW), OK);
  assertEquals(limiter.size, 0);
  assertEquals(drain(limiter, "ci", NOW), 2);
  for (let i = 0; i < 5; i++) {
    assertEquals(limiter.check("ci", NOW + 1), { ok: false, retryAfterMs: 5999 });
  }
  assertEquals(limiter.check("ci", NOW + 6000), OK);
});

Deno.test("RateLimiter without a limit gives all and keeps nothing [access.limits]", () => {
  const limiter = new RateLimiter({ perMinute: 0, burst: 0 });
  assertEquals(drain(limiter, "ci", NOW), 10_000);
  assertEquals(limiter.check("ci", NOW), OK);
  assertEquals(limiter.size, 0);
});

Deno.test("RateLimiter throws on numbers that make no limit [access.limits]", () => {
  const cases: [Partial<{ perMinute: number; burst: number; maxKeys: number }>, string][] = [
    [{ perMinute: -1 }, '"perMinute" to be a whole number of 0 or more, received -1'],
    [{ perMinute: 0.5 }, '"perMinute" to be a whole number of 0 or more, received 0.5'],
    [{ perMinute: NaN }, '"perMinute" to be a whole number of 0 or more, received NaN'],
    [{ burst: 0 }, '"burst" to be a whole number of 1 or more, received 0'],
    [{ burst: 1 / 3 }, '"burst" to be a whole number of 1 or more'],
    [{ burst: Infinity }, '"burst" to be a whole number of 1 or more, received Infinity'],
    [{ maxKeys: 0 }, '"maxKeys" to be a whole number of 1 or more, received 0'],
  ];
  for (const [part, message] of cases) {
    const options = { perMinute: 1, burst: 1, ...part };
    assertThrows(() => new RateLimiter(options), RangeError, message);
  }
});

const limits = fc.record({
  perMinute: fc.integer({ min: 1, max: 600 }),
  burst: fc.integer({ min: 1, max: 30 }),
});
const steps = fc.array(fc.oneof(fc.constantFrom(0, 1), fc.nat(100), fc.nat(20_000)), {
  maxLength: 120,
});

Deno.test("RateLimiter gives no more than burst and rate allow in any window [access.limits]", () => {
  fc.assert(fc.property(limits, steps, (options, steps) => {
    const limiter = new RateLimiter(options);
    const taken: number[] = [];
    let nowMs = NOW;
    for (const passedMs of steps) {
      nowMs += passedMs;
      if (limiter.take("ci", nowMs).ok) taken.push(nowMs);
    }
    for (const [first, fromMs] of taken.entries()) {
      for (const [more, toMs] of taken.slice(first).entries()) {
        const allowed = options.burst + (toMs - fromMs) * options.perMinute / MINUTE_MS;
        assertLessOrEqual(more + 1, allowed + 1e-9, show([options, fromMs, toMs]));
      }
    }
  }));
});

Deno.test("RateLimiter gives all that burst and rate allow [access.limits]", () => {
  fc.assert(fc.property(limits, steps, (options, steps) => {
    const limiter = new RateLimiter(options);
    // In 60,000ths of a token, so that the sums are exact.
    const capacity = options.burst * MINUTE_MS;
    let tokens = capacity;
    let nowMs = NOW;
    for (const passedMs of steps) {
      nowMs += passedMs;
      tokens = Math.min(capacity, tokens + passedMs * options.perMinute);
      const isEnough = tokens >= MINUTE_MS;
      assertEquals(limiter.check("ci", nowMs).ok, isEnough);
      assertEquals(limiter.take("ci", nowMs).ok, isEnough);
      if (isEnough) tokens -= MINUTE_MS;
    }
  }));
});

Deno.test("RateLimiter says how long to wait, and not a millisecond more [access.limits]", () => {
  fc.assert(
    fc.property(limits, steps, (options, steps) => {
      const play = (untilMs: number[]) => {
        const limiter = new RateLimiter(options);
        return untilMs.map((nowMs) => limiter.take("ci", nowMs)).at(-1);
      };
      const times: number[] = [];
      for (const passedMs of steps.slice(0, 40)) {
        times.push((times.at(-1) ?? NOW) + passedMs);
        const limit = play(times);
        if (limit === undefined || limit.ok) continue;
        const nowMs = times.at(-1) ?? NOW;
        assert(Number.isInteger(limit.retryAfterMs) && limit.retryAfterMs > 0);
        assertEquals(play([...times, nowMs + limit.retryAfterMs]), OK);
        assertEquals(play([...times, nowMs + limit.retryAfterMs - 1]), {
          ok: false,
          retryAfterMs: 1,
        });
      }
    }),
    { numRuns: 50 },
  );
});

Deno.test("RateLimiter gives nothing away when the clock jumps back [access.limits]", () => {
  fc.assert(
    fc.property(
      limits,
      fc.array(fc.integer({ min: -90_000, max: 20_000 }), { maxLength: 80 }),
      (options, steps) => {
        const limiter = new RateLimiter(options);
        let nowMs = NOW;
        let forwardMs = 0;
        let count = 0;
        for (const passedMs of steps) {
          nowMs += passedMs;
          forwardMs += Math.max(0, passedMs);
          if (limiter.take("ci", nowMs).ok) count++;
          const allowed = options.burst + forwardMs * options.perMinute / MINUTE_MS;
          assertLessOrEqual(count, allowed + 1e-9);
        }
      },
    ),
  );
});

Deno.test("RateLimiter makes no key wait longer when the clock jumps back [access.limits]", () => {
  fc.assert(fc.property(limits, steps, fc.nat(1e12), (options, steps, jumpMs) => {
    const limiter = new RateLimiter(options);
    let nowMs = NOW;
    for (const passedMs of steps) limiter.take("ci", nowMs += passedMs);
    const before = limiter.check("ci", nowMs);
    nowMs -= jumpMs;
    assertEquals(limiter.check("ci", nowMs), before);
    const refillMs = Math.ceil(options.burst * MINUTE_MS / options.perMinute);
    assertEquals(drain(limiter, "ci", nowMs + refillMs), options.burst);
  }));
});

Deno.test("RateLimiter forgets the least recently used of too many keys [access.limits]", () => {
  const limiter = new RateLimiter({ perMinute: 1, burst: 1, maxKeys: 3 });
  for (const key of ["a", "b", "c"]) assertEquals(limiter.take(key, NOW), OK);
  // To be refused is a use as well: a key that goes on trying is not forgotten.
  assertEquals(limiter.take("a", NOW).ok, false);
  assertEquals(limiter.take("d", NOW), OK);
  assertEquals(limiter.size, 3);
  const states = ["a", "b", "c", "d"].map((key) => limiter.check(key, NOW).ok);
  assertEquals(states, [false, true, false, false]);
});

Deno.test("RateLimiter forgets keys that are at rest [access.limits]", () => {
  const limiter = new RateLimiter({ perMinute: 60, burst: 5 });
  for (let i = 0; i < 100; i++) limiter.take(`key-${i}`, NOW);
  assertEquals(limiter.size, 100);
  for (let i = 0; i < 100; i++) limiter.take("ci", NOW + 10_000);
  assertEquals(limiter.size, 1);
});

Deno.test("RateLimiter keeps at most so many keys, whatever comes [access.limits]", () => {
  const uses = fc.array(fc.tuple(fc.nat(20), fc.nat(3000)), { maxLength: 200 });
  fc.assert(fc.property(limits, fc.integer({ min: 1, max: 8 }), uses, (options, maxKeys, uses) => {
    const limiter = new RateLimiter({ ...options, maxKeys });
    let nowMs = NOW;
    for (const [key, passedMs] of uses) {
      limiter.take(`key-${key}`, nowMs += passedMs);
      assertLessOrEqual(limiter.size, maxKeys);
    }
  }));
  const limiter = new RateLimiter({ perMinute: 1, burst: 1 });
  for (let i = 0; i < 10_100; i++) limiter.take(`key-${i}`, NOW);
  assertEquals(limiter.size, 10_000);
});
