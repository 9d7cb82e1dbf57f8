import { escapeToLine } from "../text/escape_unseen.ts";
import type { EventRecord } from "./event_record.ts";

function formatTime(ms: number): string {
  return new Date(ms).toISOString();
}

/**
 * Formats the history of an event, a line for each change in their order; then the facts without a time:
 * a note can come to an event that was seen long before, or never.
 */
export function formatHistory(event: EventRecord): string[] {
  const attempt = event.attempts > 1 ? `, attempt ${event.attempts}` : "";
  const steps: [string, number | null][] = [
    ["stored", event.storedAt],
    [`pushed${attempt}`, event.pushedAt],
    ["seen", event.seenAt],
    ["answered", event.answeredAt],
    ["expired", event.expiredAt],
  ];
  return [
    ...steps.flatMap(([step, at]) => at === null ? [] : [`${formatTime(at)} ${step}`]),
    ...(event.note === null ? [] : [`with the note "${escapeToLine(event.note)}"`]),
    ...(event.duplicateOf === null ? [] : [`a repetition of ${event.duplicateOf}`]),
  ];
}
