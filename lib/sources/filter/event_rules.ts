/**
 * Which events of a source reach Claude.
 *
 * @module
 */

import { type CompiledFilter, evaluateFilter } from "./evaluate_filter.ts";
import { matchesGlob } from "./match_glob.ts";
import type { Shape } from "../shape/shape.ts";

/** What the configuration of a source says about its events. */
export interface EventRules {
  /** Patterns of events that are wanted although the default filter leaves them out. */
  readonly allow: readonly string[];
  /** Patterns of events that are never wanted. */
  readonly deny: readonly string[];
  /** What the payload must match in addition. */
  readonly filter?: CompiledFilter | undefined;
}

/** What {@linkcode judgeEvent} looks at. */
interface EventRulesOptions {
  /** The rules of the source. */
  readonly rules: EventRules;
  /** The payload, any JSON value. */
  readonly payload: unknown;
}

/** Whether an event is wanted, and the rule that decided. */
export interface EventJudgment {
  /** Whether it reaches Claude. */
  readonly isWanted: boolean;
  /** The rule in words, such as `events.deny "star.*"` or `workflow_run: only failures`. */
  readonly rule: string;
  /**
   * The rule by which the user has asked for such events, such as `events.allow "star.*"`; also where
   * the default filter wants the event anyway.
   *
   * @default {undefined} The user has not.
   */
  readonly allowedBy?: string | undefined;
}

/**
 * Tells whether a pattern means an event. `*` stands for any characters, and a pattern that names a
 * type means all actions of it: `push`, `push.*` and `pu*` mean `push`, `pull_request` means
 * `pull_request.opened`. Otherwise a `deny` without an action would quietly do nothing.
 *
 * @param pattern Such as `pull_request.opened`.
 * @param event The full name of the event.
 */
export function matchesEvent(pattern: string, event: string): boolean {
  return matchesGlob(pattern, event) || matchesGlob(`${pattern}.*`, event) ||
    matchesGlob(pattern, `${event}.`);
}

/**
 * Judges whether an event is wanted: `deny` beats all, `allow` adds to the default filter of its kind,
 * and the payload must match `filter` in addition when there is one.
 *
 * @param shape What the event is, and what the default filter says.
 * @param options The rules and the payload.
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
