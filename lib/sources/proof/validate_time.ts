import { type Refusal, refuse } from "./refusal.ts";

/** What a time is held against. */
export interface TimeLimits {
  /** The time of this clock in milliseconds since the epoch. */
  readonly nowMs: number;
  /** How far a time may be from it, either way. */
  readonly toleranceMs: number;
}

/**
 * Refuses a time that is too far from now: a delivery that was caught may not come again later.
 *
 * @param timestampMs The time in milliseconds since the epoch.
 * @param limits What it is held against.
 * @returns `undefined` for a time that is near enough.
 */
export function validateTime(
  timestampMs: number,
  { nowMs, toleranceMs }: TimeLimits,
): Refusal | undefined {
  const ageMs = nowMs - timestampMs;
  if (Math.abs(ageMs) <= toleranceMs) return undefined;
  const seconds = Math.ceil(Math.abs(ageMs) / 1000);
  const side = ageMs > 0 ? "behind" : "ahead of";
  const limit = toleranceMs / 1000;
  return refuse(
    "stale",
    `the signed time is ${seconds} s ${side} this clock: expected at most ${limit} s`,
  );
}
