/**
 * The rows of the table `events`, as they are written and as they are read.
 *
 * @module
 */

import { formatChatId, formatEventId } from "../../lib/event/event_id.ts";
import type { EventRecord, EventSummary } from "../../lib/event/event_record.ts";
import type { EventState } from "../../lib/event/event_state.ts";

/** An event as it is taken in. */
export interface NewEvent {
  /** The sequence number. */
  readonly seq: number;
  readonly state: EventState;
  /** The session that it goes to. */
  readonly session: number | null;
  readonly storedAt: number;
  /** The kind of its sender. */
  readonly source: string;
  /** The sender, as the server has identified it. */
  readonly sender: string;
  /** The attributes, as JSON text of an object of strings. */
  readonly meta: string;
  /** The text, cleaned. */
  readonly content: string;
  /** The session that was named explicitly. */
  readonly target?: string | undefined;
  /** The repository that it is about, as `owner/name`. */
  readonly repository?: string | undefined;
  /** The delivery id; detects duplicates. */
  readonly delivery?: string | undefined;
  /** The signature of the body, or its SHA-256; detects duplicates under another id. */
  readonly digest?: string | undefined;
  /** The event that it repeats. */
  readonly duplicateOf?: number | undefined;
  /** The rule that showed or filtered it. */
  readonly rule?: string | undefined;
  /** The body as it was sent, where the content is not all of it. */
  readonly raw?: Uint8Array | undefined;
}

/** The filter of a list of events. */
export interface EventQuery {
  /** The states; by default all of them. */
  readonly states?: readonly EventState[];
  /** The sessions that they belong to, `null` for none; by default all. Only with states. */
  readonly sessions?: readonly (number | null)[];
  /** Only events that are older than this one. */
  readonly before?: number;
  readonly limit: number;
}

/** The fields of an event that decide about its session. */
export interface WaitingEvent {
  readonly seq: number;
  readonly target: string | null;
  readonly repository: string | null;
}

type Row = Record<string, unknown>;

/** Reads the fields that a list shows of an event. */
export function toSummary(row: Row): EventSummary {
  const seq = row.seq as number;
  return {
    seq,
    id: formatEventId(seq),
    state: row.state as EventState,
    session: row.session as number | null,
    attempts: row.attempts as number,
    storedAt: row.stored_at as number,
    sender: row.sender as string,
    start: row.start as string,
  };
}

/** Reads all of an event but its body. */
export function toRecord(row: Row): EventRecord {
  return {
    ...toSummary(row),
    pushedAt: row.pushed_at as number | null,
    seenAt: row.seen_at as number | null,
    answeredAt: row.answered_at as number | null,
    expiredAt: row.expired_at as number | null,
    source: row.source as string,
    chat: formatChatId(row.seq as number),
    target: row.target as string | null,
    repository: row.repository as string | null,
    delivery: row.delivery as string | null,
    duplicateOf: row.duplicate_of === null ? null : formatEventId(row.duplicate_of as number),
    note: row.note as string | null,
    rule: row.rule as string | null,
    meta: JSON.parse(row.meta as string),
    content: row.content as string,
  };
}
