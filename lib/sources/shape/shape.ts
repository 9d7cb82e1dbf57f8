/**
 * The terms that all sources share: deliveries, and the shapes that tell of them.
 *
 * @module
 */

export type Severity = "info" | "warning" | "error" | "critical";

/**
 * The closeness of an author to the subject: `member` may write to it, `contributor` has given to
 * it before, `external` is every other person and every bot.
 */
export type Trust = "member" | "contributor" | "external";

/** A parsed delivery whose signature holds. */
export interface Delivery {
  /** The type as a header or the body says it; empty if the provider reads it itself. */
  readonly event: string;
  /** Any JSON value. */
  readonly payload: unknown;
}

/** A line of an event: `key: value`, or `key (untrusted): "value"`. */
export interface Line {
  /** The meaning of the value, in a word or two. */
  readonly key: string;
  /** The value; it need not be clean. */
  readonly value: string;
  /** Set if a stranger can have written the value. */
  readonly isUntrusted: boolean;
}

/** A state that lasts beyond the event; a good one is news only after a bad one. */
export interface TrackedState {
  /** The thing that has the state, such as `workflow 42 main`. */
  readonly subject: string;
  readonly state: "bad" | "good";
}

/** A delivery in short. */
export interface Shape {
  /**
   * The event, its subject and its place, joined by ` - `: the only line that a terminal shows. At
   * most 180 code points, and never a text that a stranger can write.
   */
  readonly title: string;
  /** Further facts, the most important first; two to seven as a rule. */
  readonly lines: readonly Line[];
  /** The page to read on, as `cleanUrl()` returns it. */
  readonly url?: string | undefined;
  /** The full name of the event: `<type>.<action>`, or the type alone if it has no actions. */
  readonly event: string;
  readonly severity: Severity;
  /**
   * The repository, such as `owner/name`. It routes the event to a session, so the name of a
   * project that is no repository has no place here.
   */
  readonly repo?: string | undefined;
  /** Any of `project`, `action`, `ref`, `number`, `actor` and `trust`; identifiers only. */
  readonly meta: Readonly<Record<string, string>>;
  /** The rule of the default filter that decided, in words: `workflow_run: only failures`. */
  readonly rule: string;
  /**
   * Set if the default filter lets the event through; for a tracked good state, if it does after a
   * bad one.
   */
  readonly isWanted: boolean;
  /** Events with the same key that come close together are told as one. */
  readonly burstKey?: string | undefined;
  /**
   * The state that the event reports; a good one is wanted only after a shown bad one, unless the
   * user has asked for all.
   */
  readonly track?: TrackedState | undefined;
}
