import type { Severity } from "./shape.ts";

/** Words of systems for a severity or an outcome, in lower case. */
const SEVERITIES: Readonly<Record<Severity, readonly string[]>> = {
  critical: ["critical", "crit", "fatal", "emergency", "emerg", "page", "p1", "sev1", "disaster"],
  error: [
    "error",
    "err",
    "failed",
    "failure",
    "fail",
    "high",
    "major",
    "alerting",
    "down",
    "broken",
  ],
  warning: ["warning", "warn", "medium", "moderate", "minor", "degraded", "unstable", "timeout"],
  info: ["info", "information", "notice", "debug", "none", "low", "ok", "resolved", "success"],
};

const SEVERITY_OF: ReadonlyMap<string, Severity> = new Map(
  Object.entries(SEVERITIES).flatMap(([severity, words]) =>
    words.map((word): [string, Severity] => [word, severity as Severity])
  ),
);

/**
 * Reads a severity from a word of any system, in any case.
 *
 * @param word A level, a severity, a state or a status.
 */
export function trySeverity(word: string | undefined): Severity | undefined {
  return word === undefined ? undefined : SEVERITY_OF.get(word.toLowerCase());
}

/** Returns the worst severity of some words; `undefined` if none is known. */
export function worstSeverity(words: readonly (string | undefined)[]): Severity | undefined {
  const found = new Set(words.map(trySeverity));
  return (Object.keys(SEVERITIES) as Severity[]).find((severity) => found.has(severity));
}
