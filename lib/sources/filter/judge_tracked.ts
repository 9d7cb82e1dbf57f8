import type { EventJudgment } from "./event_rules.ts";
import type { TrackedState } from "../shape/shape.ts";

/** What is known when {@linkcode judgeTracked} judges. */
interface TrackedContext {
  /** What the rules of the source say. */
  readonly judgment: EventJudgment;
  /** Whether a bad state of the same subject was shown, and no good one since. */
  readonly hasFailed: boolean;
}

/** Whether an event is wanted, and what is known from then on. */
interface TrackedJudgment extends EventJudgment {
  /** Whether a bad state was shown, and no good one since. */
  readonly hasFailed: boolean;
}

/**
 * Judges an event that reports a state: a good one is wanted after a bad one that was shown, and only
 * the first, unless the user has asked for all.
 *
 * @param track The state.
 * @param context What the rules say, and what was shown before.
 */
export function judgeTracked(
  { state }: TrackedState,
  { judgment, hasFailed }: TrackedContext,
): TrackedJudgment {
  const { isWanted, rule, allowedBy } = judgment;
  if (!isWanted) return { isWanted, rule, hasFailed };
  if (state === "bad") return { isWanted, rule, hasFailed: true };
  if (hasFailed) return { isWanted, rule: "first good state after a bad one", hasFailed: false };
  return allowedBy === undefined
    ? { isWanted: false, rule: "good state without a bad one before", hasFailed: false }
    : { isWanted, rule: allowedBy, hasFailed: false };
}
