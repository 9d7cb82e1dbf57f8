import type { Severity } from "./shape.ts";

/** What systems call how bad something is, or how it ended, in lower case. */
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
 * Tells how bad something is by the word that a system uses for it, in any case.
 *
 * @param word A level, a severity, a state or a status.
 * @returns `undefined` for a word that says nothing known.
 */
export function trySeverity(word: string | undefined): Severity | undefined {
  return word === undefined ? undefined : SEVERITY_OF.get(word.toLowerCase());
}

/**
 * Tells how bad the worst is.
 *
 * @param words What {@linkcode trySeverity} takes, of each.
 * @returns `undefined` where none says anything known.
 */
export function worstSeverity(words: readonly (string | undefined)[]): Severity | undefined {
  const found = new Set(words.map(trySeverity));
  return (Object.keys(SEVERITIES) as Severity[]).find((severity) => found.has(severity));
}
