import type { EventRecord } from "./event_record.ts";

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
