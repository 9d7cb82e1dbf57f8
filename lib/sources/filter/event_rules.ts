/**
 * Decides which events of a source reach Claude.
 *
 * @module
 */

import { type CompiledFilter, evaluateFilter } from "./evaluate_filter.ts";
import { matchesGlob } from "./match_glob.ts";
import type { Shape } from "../shape/shape.ts";

/** The rules that the configuration of a source sets. */
export interface EventRules {
  /** Patterns of events that are wanted although the default filter leaves them out. */
  readonly allow: readonly string[];
  /** Patterns of events that are never wanted. */
  readonly deny: readonly string[];
  /** A condition on the payload, in addition. */
  readonly filter?: CompiledFilter | undefined;
}

interface EventRulesOptions {
  readonly rules: EventRules;
  /** Any JSON value. */
  readonly payload: unknown;
}

export interface EventJudgment {
  /** Set if the event reaches Claude. */
  readonly isWanted: boolean;
  /** The rule that decided, such as `events.deny "star.*"` or `workflow_run: only failures`. */
  readonly rule: string;
  /**
   * The rule by which the user asks for such events, such as `events.allow "star.*"`, even if the
   * default filter wants the event anyway.
   */
  readonly allowedBy?: string | undefined;
}

/**
 * Tells whether a pattern means an event. `*` stands for any characters, and a pattern that names a
 * type means all its actions: `push`, `push.*` and `pu*` mean `push`, `pull_request` means
 * `pull_request.opened`. Otherwise a `deny` without an action would silently do nothing.
 */
export function matchesEvent(pattern: string, event: string): boolean {
  return matchesGlob(pattern, event) || matchesGlob(`${pattern}.*`, event) ||
    matchesGlob(pattern, `${event}.`);
}

/**
 * Judges an event: `deny` beats all, `allow` adds to the default filter, and the payload must match
 * `filter` in addition.
 */
export function judgeEvent(
  shape: Pick<Shape, "event" | "isWanted" | "rule">,
  { rules, payload }: EventRulesOptions,
): EventJudgment {
  const means = (pattern: string) => matchesEvent(pattern, shape.event);
  const denied = rules.deny.find(means);
  if (denied !== undefined) return { isWanted: false, rule: `events.deny "${denied}"` };
  const allowed = rules.allow.find(means);
  if (!shape.isWanted && allowed === undefined) return { isWanted: false, rule: shape.rule };
  if (rules.filter !== undefined) {
    const { isMatch, rule } = evaluateFilter(rules.filter, payload);
    if (!isMatch) return { isWanted: false, rule: `filter: ${rule}` };
  }
  if (allowed === undefined) return { isWanted: true, rule: shape.rule };
  const allowedBy = `events.allow "${allowed}"`;
  return { isWanted: true, rule: shape.isWanted ? shape.rule : allowedBy, allowedBy };
}
