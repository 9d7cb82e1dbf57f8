import { formatChatId, formatEventId } from "../../lib/event/event_id.ts";
import type { EventRecord, EventSummary } from "../../lib/event/event_record.ts";

/** When the events of these tests were taken in: 2026-11-21, 04:00 UTC. */
export const STORED_AT: number = Date.UTC(2026, 10, 21, 4);

/** An event as a list shows it, with some fields of its own. */
export function summaryOf(seq: number, fields: Partial<EventSummary> = {}): EventSummary {
  return {
    seq,
    id: formatEventId(seq),
    state: "stored",
    session: null,
    attempts: 0,
    storedAt: STORED_AT,
    sender: "ci",
    start: "build failed",
    ...fields,
  };
}

/** All of an event, with some fields of its own. */
export function recordOf(seq: number, fields: Partial<EventRecord> = {}): EventRecord {
  return {
    ...summaryOf(seq),
    pushedAt: null,
    seenAt: null,
    answeredAt: null,
    expiredAt: null,
    source: "text",
    chat: formatChatId(seq),
    target: null,
    repository: null,
    delivery: null,
    duplicateOf: null,
    note: null,
    rule: null,
    meta: { sender: "ci", path: "/ci" },
    content: "build failed",
    ...fields,
  };
}
