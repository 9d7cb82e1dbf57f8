/**
 * Reads the outcomes of runs, jobs, steps and checks of GitHub.
 *
 * @module
 */

import { formatNumber } from "./event.ts";
import { tryIdentifier } from "../../shape/identifier.ts";
import { list, text } from "../../shape/payload.ts";
import type { Severity } from "../../shape/shape.ts";

const MAX_PULL_REQUESTS = 5;

/** Words for conclusions that need attention. */
const BAD_CONCLUSIONS: ReadonlyMap<string | undefined, string> = new Map([
  ["failure", "failed"],
  ["error", "failed"],
  ["timed_out", "timed out"],
  ["startup_failure", "failed to start"],
  ["action_required", "needs action"],
]);

const OTHER_CONCLUSIONS: ReadonlyMap<string | undefined, string> = new Map([
  ["success", "succeeded"],
  ["cancelled", "cancelled"],
  ["skipped", "skipped"],
  ["neutral", "ended neutral"],
  ["stale", "became stale"],
]);

interface Outcome {
  /** The conclusion in words, or the status if there is none yet. */
  readonly words: string;
  /** Set if it needs attention. */
  readonly isBad: boolean;
  readonly severity: Severity;
}

/**
 * Reads an outcome by its `conclusion`; without one, by its `status`.
 *
 * @param object A run, a job, a step or a check, or the state of a status as its `conclusion`.
 */
export function readOutcome(object: unknown): Outcome {
  const conclusion = text(object, "conclusion") ?? text(object, "status");
  const bad = BAD_CONCLUSIONS.get(conclusion);
  if (bad !== undefined) {
    const severity = conclusion === "action_required" ? "warning" : "error";
    return { words: bad, isBad: true, severity };
  }
  const words = OTHER_CONCLUSIONS.get(conclusion) ??
    tryIdentifier(conclusion)?.replaceAll("_", " ");
  return { words: words ?? "changed", isBad: false, severity: "info" };
}

/** Formats `#1, #2` of a list of pull requests; empty for none. */
export function formatPullRequests(object: unknown): string {
  const numbers = list(object, "pull_requests").flatMap((pull) =>
    formatNumber(pull, "number") ?? []
  );
  const rest = numbers.length - MAX_PULL_REQUESTS;
  return numbers.slice(0, MAX_PULL_REQUESTS).join(", ") + (rest > 0 ? ` and ${rest} more` : "");
}
