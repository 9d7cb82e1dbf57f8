/**
 * The words that all sources of webhooks share: what is delivered, what is said of it, who says it.
 *
 * @module
 */

/** How bad what happened is. */
export type Severity = "info" | "warning" | "error" | "critical";

/**
 * How close the author of an event is to what the event is about: `member` may write to it,
 * `contributor` has given to it before, `external` is everybody else and every bot.
 */
export type Trust = "member" | "contributor" | "external";

/** A delivery whose sender is proven, parsed. */
export interface Delivery {
  /** The type as a header says it, or the body of a few kinds; empty where the kind finds it itself. */
  readonly event: string;
  /** Any JSON value. */
  readonly payload: unknown;
}

/** A line of an event: `key: value`, or `key (untrusted): "value"`. */
export interface Line {
  /** What the value is, in a word or two. */
  readonly key: string;
  /** The value; it need not be clean. */
  readonly value: string;
  /** Whether a stranger can have written the value. */
  readonly isUntrusted: boolean;
}

/** A state that goes on after the event, so that a good one is news only after a bad one. */
export interface TrackedState {
  /** What has the state, such as `workflow 42 main`. */
  readonly subject: string;
  /** The state. */
  readonly state: "bad" | "good";
}

/** What a delivery says, in short. */
export interface Shape {
  /**
   * What happened, to what, where, joined by ` - `: the only line that a terminal shows. At most 180
   * code points, and never a text that a stranger can write.
   */
  readonly title: string;
  /** What else to know, the most important first; two to seven as a rule. */
  readonly lines: readonly Line[];
  /** Where to read on, as `cleanUrl()` returns it. */
  readonly url?: string | undefined;
  /** The full name of the event: `<type>.<action>`, or the type alone where there is no action. */
  readonly event: string;
  /** How bad it is. */
  readonly severity: Severity;
  /**
   * The repository, such as `owner/name`. It decides about the session that the event goes to, so that
   * the name of a project that is none has no place here.
   */
  readonly repo?: string | undefined;
  /** Any of `project`, `action`, `ref`, `number`, `actor` and `trust`; identifiers only. */
  readonly meta: Readonly<Record<string, string>>;
  /** The rule of the default filter that decided, in words: `workflow_run: only failures`. */
  readonly rule: string;
  /**
   * Whether the default filter lets the event through; for a good state that is tracked, whether it
   * does after a bad one.
   */
  readonly isWanted: boolean;
  /** Events with the same key that come close together are told as one. */
  readonly burstKey?: string | undefined;
  /**
   * The state that the event reports; a good one is wanted only after a bad one was shown, unless the
   * user has asked for all.
   */
  readonly track?: TrackedState | undefined;
}
