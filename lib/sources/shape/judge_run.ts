import type { Shape } from "./shape.ts";

/** States of runs that need attention, in lower case and without `_` and `-`. */
const BAD_STATES: ReadonlySet<string> = new Set([
  "failed",
  "failure",
  "error",
  "timedout",
  "infrastructurefail",
  "unauthorized",
]);

/** States of runs that went well. */
const GOOD_STATES: ReadonlySet<string> = new Set(["success", "successful", "succeeded", "recover"]);

/** The longest subject on disk, in UTF-16 units. */
const MAX_SUBJECT_LENGTH = 300;

interface RunJudgment extends Pick<Shape, "severity" | "isWanted" | "track"> {
  readonly rule: string;
}

/**
 * Judges how a run of CI ended: a failure is wanted, a success only after one.
 *
 * @param status The state as the provider calls it, in any case.
 * @param subject The parts that name the run each time, such as a pipeline and a branch; if one is
 * missing, no success can be matched to a failure.
 */
export function judgeRun(
  status: string | undefined,
  subject: readonly (string | undefined)[],
): RunJudgment {
  const state = (status ?? "").toLowerCase().replace(/[_-]/g, "");
  const isBad = BAD_STATES.has(state);
  const isGood = GOOD_STATES.has(state);
  const isKnown = subject.every((part) => part !== undefined);
  const name = subject.join(" ").slice(0, MAX_SUBJECT_LENGTH);
  return {
    severity: isBad ? "error" : "info",
    isWanted: isBad || (isGood && isKnown),
    track: isKnown && (isBad || isGood)
      ? { subject: name, state: isBad ? "bad" : "good" }
      : undefined,
    rule: "only failures, and the first success after one",
  };
}
