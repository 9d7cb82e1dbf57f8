import type { EventJudgment } from "./event_rules.ts";
import type { TrackedState } from "../shape/shape.ts";

interface TrackedContext {
  readonly judgment: EventJudgment;
  /** Set if a bad state of the same subject was shown, and no good one since. */
  readonly hasFailed: boolean;
}

interface TrackedJudgment extends EventJudgment {
  /** Set if a bad state was shown, and no good one since. */
  readonly hasFailed: boolean;
}

/**
 * Judges an event that reports a state: only the first good state after a shown bad one is wanted,
 * unless the user has asked for all.
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
