import type { EventState } from "./event_state.ts";

/** What a list shows of an event. */
export interface EventSummary {
  /** Its sequence number. */
  readonly seq: number;
  /** Its id, which spells the sequence number. */
  readonly id: string;
  /** What has become of it. */
  readonly state: EventState;
  /** The session that it goes to, by its number in the journal; `null` for none yet. */
  readonly session: number | null;
  /** How often it was written to a session. */
  readonly attempts: number;
  /** When it was taken in, in milliseconds since the epoch, as all times here. */
  readonly storedAt: number;
  /** The sender, as the server has identified it. */
  readonly sender: string;
  /** How the content begins. */
  readonly start: string;
}

/** All there is to know of an event but its body. */
export interface EventRecord extends EventSummary {
  /** When it was last written to a session. */
  readonly pushedAt: number | null;
  /** When a tool call named it first. */
  readonly seenAt: number | null;
  /** When its chat was replied to first. */
  readonly answeredAt: number | null;
  /** When it was given up. */
  readonly expiredAt: number | null;
  /** What kind of sender sent it. */
  readonly source: string;
  /** The chat that a reply goes to. */
  readonly chat: string;
  /** The session that was named explicitly. */
  readonly target: string | null;
  /** The repository that it is about, as `owner/name`. */
  readonly repository: string | null;
  /** The id of the delivery, which tells a repetition. */
  readonly delivery: string | null;
  /** The id of the event that it repeats. */
  readonly duplicateOf: string | null;
  /** The rule that decided whether it is shown, where there was one. */
  readonly rule: string | null;
  /** What Claude remarked when it closed the event. */
  readonly note: string | null;
  /** The attributes. */
  readonly meta: Readonly<Record<string, string>>;
  /** The text, cleaned. */
  readonly content: string;
}

/** Whether an event can be replayed, or why not. */
export type ReplayJudgment =
  | { readonly ok: true }
  | { readonly ok: false; readonly message: string };

/** Judges whether an event has all that it takes to be pushed again as a new one. */
export function judgeReplay(
  { id, state, source, duplicateOf }: Pick<EventRecord, "id" | "state" | "source" | "duplicateOf">,
): ReplayJudgment {
  const refuse = (reason: string) =>
    ({ ok: false, message: `Cannot replay ${id}: ${reason}` }) as const;
  if (state === "expired") return refuse("it is expired, and its text is gone");
  if (duplicateOf !== null) return refuse(`it repeats ${duplicateOf}, which can be replayed`);
  if (source === "verdict") return refuse("it is a verdict on a permission request");
  return { ok: true };
}
