import type { Shape } from "./shape.ts";

/** How runs end that somebody should look at, in lower case and without `_` and `-`. */
const BAD_STATES: ReadonlySet<string> = new Set([
  "failed",
  "failure",
  "error",
  "timedout",
  "infrastructurefail",
  "unauthorized",
]);

/** How runs end when all is well. */
const GOOD_STATES: ReadonlySet<string> = new Set(["success", "successful", "succeeded", "recover"]);

/** The longest subject that is kept on disk, in UTF-16 units. */
const MAX_SUBJECT_LENGTH = 300;

/** What the end of a run means for an event. */
interface RunJudgment extends Pick<Shape, "severity" | "isWanted" | "track"> {
  /** The rule of the default filter. */
  readonly rule: string;
}

/**
 * Judges how a run of continuous integration ended: a failure is wanted, a success only after one.
 *
 * @param status The state as the provider calls it, in any case.
 * @param subject What runs again and again, such as a pipeline and a branch, in parts; when one is
 * missing, nobody can tell what a success comes after.
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
