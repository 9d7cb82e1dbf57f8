import type { EventRecord } from "./event_record.ts";

function formatTime(ms: number): string {
  return new Date(ms).toISOString();
}

/** What has happened to an event and when, one line each, in the order in which it happens. */
export function formatHistory(event: EventRecord): string[] {
  const times = event.attempts > 1 ? `, the ${event.attempts}. time` : "";
  const steps: [string, number | null][] = [
    ["stored", event.storedAt],
    [`pushed${times}`, event.pushedAt],
    [event.note === null ? "seen" : `seen, with the note "${event.note}"`, event.seenAt],
    ["answered", event.answeredAt],
    ["expired", event.expiredAt],
  ];
  const lines = steps.flatMap(([step, at]) => at === null ? [] : [`${formatTime(at)} ${step}`]);
  return event.duplicateOf === null ? lines : [...lines, `a repetition of ${event.duplicateOf}`];
}
