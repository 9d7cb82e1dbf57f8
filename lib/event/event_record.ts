import type { EventState } from "./event_state.ts";

/** An event in a list. */
export interface EventSummary {
  readonly seq: number;
  /** The id, which spells the sequence number. */
  readonly id: string;
  readonly state: EventState;
  /** The session that it goes to, by its number in the journal; `null` for none yet. */
  readonly session: number | null;
  /** The number of times that it was written to a session. */
  readonly attempts: number;
  /** The time when it was taken in, in milliseconds since the epoch, as all times here. */
  readonly storedAt: number;
  /** The sender, as the server has identified it. */
  readonly sender: string;
  /** The beginning of the content. */
  readonly start: string;
}

/** All of an event but its body. */
export interface EventRecord extends EventSummary {
  /** The time when it was last written to a session. */
  readonly pushedAt: number | null;
  /** The time when a tool call named it first. */
  readonly seenAt: number | null;
  /** The time of the first reply to its chat. */
  readonly answeredAt: number | null;
  readonly expiredAt: number | null;
  /** The kind of its sender. */
  readonly source: string;
  /** The chat that a reply goes to. */
  readonly chat: string;
  /** The session that was named explicitly. */
  readonly target: string | null;
  /** The repository that it is about, as `owner/name`. */
  readonly repository: string | null;
  /** The delivery id; detects duplicates. */
  readonly delivery: string | null;
  /** The id of the event that it repeats. */
  readonly duplicateOf: string | null;
  /** The rule that showed or filtered it. */
  readonly rule: string | null;
  /** The remark of Claude when it closed the event. */
  readonly note: string | null;
  readonly meta: Readonly<Record<string, string>>;
  readonly content: string;
}

type ReplayJudgment =
  | { readonly ok: true }
  | { readonly ok: false; readonly message: string };

/** Judges whether an event can be pushed again as a new one, or why not. */
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
