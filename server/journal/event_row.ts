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
  /** Its sequence number. */
  readonly seq: number;
  /** `stored` or `pushed`, or what it ended as at once. */
  readonly state: EventState;
  /** The session that it goes to. */
  readonly session: number | null;
  /** When it was taken in. */
  readonly storedAt: number;
  /** What kind of sender sent it. */
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
  /** The id of the delivery, which tells a repetition. */
  readonly delivery?: string | undefined;
  /** The signature of the body, or its SHA-256, which tells a repetition under another id. */
  readonly digest?: string | undefined;
  /** The event that it repeats. */
  readonly duplicateOf?: number | undefined;
  /** The rule that decided whether it is shown. */
  readonly rule?: string | undefined;
  /** The body as it was sent, where the content is not all of it. */
  readonly raw?: Uint8Array | undefined;
}

/** What a list of events is narrowed to. */
export interface EventQuery {
  /** The states; by default all of them. */
  readonly states?: readonly EventState[];
  /** The sessions that they belong to, `null` for none; by default all. Only with states. */
  readonly sessions?: readonly (number | null)[];
  /** Only events that are older than this one. */
  readonly before?: number;
  /** The most events. */
  readonly limit: number;
}

/** What decides about the session of an event. */
export interface WaitingEvent {
  /** Its sequence number. */
  readonly seq: number;
  /** The session that was named explicitly. */
  readonly target: string | null;
  /** The repository that it is about. */
  readonly repository: string | null;
}

type Row = Record<string, unknown>;

/** Reads what a list shows of an event. */
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

/** Reads all there is to know of an event but its body. */
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

/**
 * In place of a session: the events that the process which holds the port has held back for a while.
 * No session has this number.
 */
export const HELD_SESSION = 0;

/** In place of a session: the events that are left to those who ask for them. */
export const WITHHELD_SESSION = -1;
