/**
 * The events of the journal.
 *
 * A change of state applies in the states that `lib/event/event_state.ts` names: one that does not apply any
 * more, because another process was faster, changes nothing.
 *
 * @module
 */

import type { DatabaseSync } from "node:sqlite";
import {
  EVENT_STATES,
  type EventState,
  isOpen,
  nextEventState,
  statesBefore,
} from "../../lib/event/event_state.ts";
import { formatEventId, seqAt } from "../../lib/event/event_id.ts";
import type { EventRecord, EventSummary } from "../../lib/event/event_record.ts";
import {
  type EventQuery,
  type NewEvent,
  toRecord,
  toSummary,
  type WaitingEvent,
} from "./event_row.ts";
import {
  deleteOldest,
  MAX_ROWS_PAST,
  prepareLazily,
  readOldest,
  selectOldest,
  type Statements,
} from "./statements.ts";

/** The most open events of a session that are counted. */
export const MAX_OPEN_COUNT = 100;

function quoteAll(states: readonly EventState[]): string {
  return states.map((state) => `'${state}'`).join(", ");
}

/** The longest beginning of a content that a list may show. */
const START = "substr(content, 1, 400) AS start";
const SUMMARY = `seq, state, session, attempts, stored_at, sender, ${START}`;
const RECORD = `*, ${START}`;

const OPEN_STATES = quoteAll(EVENT_STATES.filter(isOpen));
const IS_LISTED = "seq IN (SELECT value FROM json_each(?))";
const IS_HELD = `state IN (${quoteAll(statesBefore("release"))})`;

/**
 * Rows older than the cutoff, `?1` as a time and `?2` as a number, where `?3` is now as a number. Both
 * must be old: a clock that is behind gives new rows an old time, but numbers only rise. Numbers beyond
 * now prove nothing, because a clock that was fast once numbers all later rows in the future.
 */
const IS_OLD = `stored_at < ?1 AND (seq < ?2 OR seq > ?3) AND seq < coalesce(
    (SELECT seq FROM events WHERE seq >= ?2 ORDER BY seq LIMIT 1 OFFSET ${MAX_ROWS_PAST}),
    ${Number.MAX_SAFE_INTEGER})`;

function update(change: "see" | "answer", timeColumn: string): string {
  const before = statesBefore(change);
  const after = before[0] && nextEventState(before[0], change);
  return `UPDATE events SET state = '${after}', ${timeColumn} = ?
          WHERE seq = ? AND state IN (${quoteAll(before)})`;
}

const SQL = {
  lastSeq: "SELECT max(seq) AS seq FROM events",
  lastBefore: "SELECT stored_at FROM events WHERE seq < ? ORDER BY seq DESC LIMIT 1",
  // Most events have a text and attributes only, and are pushed at once. Binding a value takes a tenth
  // of a microsecond, so those have a statement with half as many.
  insertPushed: `INSERT INTO events
      (seq, state, session, attempts, stored_at, pushed_at, source, sender, meta, content)
    VALUES (?1, 'pushed', ?2, 1, ?3, ?3, ?4, ?5, ?6, ?7)`,
  insert: `INSERT INTO events (seq, state, session, attempts, stored_at, pushed_at, source, sender,
      meta, content, target, repository, delivery, digest, duplicate_of, rule)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  insertRaw: "INSERT INTO bodies (seq, raw) VALUES (?, ?)",
  findDelivery: `SELECT seq FROM events
    WHERE sender = ? AND delivery = ? AND stored_at >= ? ORDER BY stored_at LIMIT 1`,
  findDigest: `SELECT seq FROM events
    WHERE sender = ? AND digest = ? AND stored_at >= ? ORDER BY stored_at LIMIT 1`,
  releaseHeld: `UPDATE events SET state = 'stored' WHERE ${IS_HELD}`,
  release: `UPDATE events NOT INDEXED SET state = 'stored' WHERE ${IS_LISTED} AND ${IS_HELD}`,
  withhold: `UPDATE events NOT INDEXED SET state = 'withheld' WHERE ${IS_LISTED} AND ${IS_HELD}`,
  gather: `UPDATE events NOT INDEXED SET state = 'filtered', rule = ?
    WHERE ${IS_LISTED} AND ${IS_HELD}`,
  get: `SELECT ${RECORD} FROM events WHERE seq = ?`,
  raw: `SELECT raw FROM bodies WHERE seq = ?1
    UNION ALL SELECT raw FROM events WHERE seq = ?1 AND raw IS NOT NULL`,
  oldest: selectOldest("events", "stored_at"),
  senderOf: "SELECT sender FROM events WHERE seq = ?",
  see: update("see", "seen_at"),
  answer: update("answer", "answered_at"),
  annotate: "UPDATE events SET note = ? WHERE seq = ?",
  claim: `UPDATE events SET state = 'pushed', pushed_at = ?, attempts = attempts + 1
    WHERE seq IN (SELECT seq FROM events WHERE state = 'stored' AND session = ?
                  ORDER BY seq LIMIT ?)
    RETURNING ${RECORD}`,
  reclaim: `UPDATE events SET pushed_at = ?, attempts = attempts + 1
    WHERE seq IN (SELECT seq FROM events WHERE state = 'pushed' AND session = ?
                  AND pushed_at <= ? ORDER BY seq LIMIT ?)
    RETURNING ${RECORD}`,
  giveBack: `UPDATE events SET state = 'stored', attempts = attempts - 1,
      pushed_at = CASE WHEN attempts > 1 THEN pushed_at END
    WHERE seq = ? AND state IN (${quoteAll(statesBefore("return"))})`,
  // One step along the index for each session, however many events it has.
  sessionsOf: `WITH RECURSIVE found (session) AS (
      SELECT min(session) FROM events WHERE state = ?1
      UNION ALL
      SELECT (SELECT min(session) FROM events WHERE state = ?1 AND session > found.session)
      FROM found WHERE found.session IS NOT NULL)
    SELECT session FROM found WHERE session IS NOT NULL
    UNION ALL
    SELECT NULL WHERE EXISTS (SELECT 1 FROM events WHERE state = ?1 AND session IS NULL)`,
  waiting: `SELECT seq, target, repository FROM events
    WHERE state = ? AND session IS ? AND seq < ? ORDER BY seq DESC LIMIT ?`,
  assign: `UPDATE events NOT INDEXED SET session = ?, state = 'stored'
    WHERE ${IS_LISTED} AND state IN (${quoteAll(statesBefore("push"))})`,
  open: `SELECT seq FROM events WHERE state = 'stored' AND session = ?1
    UNION ALL SELECT seq FROM events WHERE state = 'pushed' AND session = ?1
    UNION ALL SELECT seq FROM events WHERE state = 'stored' AND session IS NULL
    LIMIT ${MAX_OPEN_COUNT}`,
  list: `SELECT ${SUMMARY} FROM events WHERE seq < ? ORDER BY seq DESC LIMIT ?`,
  listOf: `SELECT ${SUMMARY} FROM events WHERE seq IN (
      SELECT seq FROM events INDEXED BY events_by_state
      WHERE state = ? AND session IS ? AND seq < ? ORDER BY seq DESC LIMIT ?)`,
  expire: `UPDATE events SET state = 'expired', expired_at = ?4, content = '', raw = NULL
    WHERE seq IN (SELECT seq FROM events NOT INDEXED WHERE ${IS_OLD}
                  AND state IN (${OPEN_STATES}) ORDER BY seq LIMIT ?5)
    RETURNING seq`,
  deleteRaw: `DELETE FROM bodies WHERE ${IS_LISTED}`,
  deleteClosed: `DELETE FROM events WHERE seq IN (
      SELECT seq FROM events NOT INDEXED WHERE ${IS_OLD} AND state NOT IN (${OPEN_STATES})
        AND coalesce(expired_at, 0) < ?1 ORDER BY seq LIMIT ?4)`,
  deleteOldest: `${deleteOldest("events", "stored_at", "seq")} RETURNING state`,
};

/** The table `events`. */
export class EventTable {
  readonly #sql: Statements<typeof SQL>;

  constructor(database: DatabaseSync) {
    this.#sql = prepareLazily(database, SQL);
  }

  /** Reads the highest sequence number that was given, or 0. */
  lastSeq(): number {
    return Number(this.#sql("lastSeq").get()?.seq ?? 0);
  }

  /** Reads when the last event from before a time was taken in; `undefined` for none. */
  lastBefore(timeMs: number): number | undefined {
    return this.#sql("lastBefore").get(seqAt(timeMs))?.stored_at as number | undefined;
  }

  /** Adds an event, and its body where it has one. */
  insert(event: NewEvent): void {
    const { seq, state, session, storedAt, source, sender, meta, content } = event;
    const { target, repository, delivery, digest, duplicateOf, rule, raw } = event;
    if (raw !== undefined) this.#sql("insertRaw").run(seq, raw);
    const isPushed = state === "pushed";
    const isPlain = target === undefined && repository === undefined && delivery === undefined &&
      duplicateOf === undefined && digest === undefined && rule === undefined;
    if (isPlain && isPushed) {
      this.#sql("insertPushed").run(seq, session, storedAt, source, sender, meta, content);
      return;
    }
    this.#sql("insert").run(
      seq,
      state,
      session,
      isPushed ? 1 : 0,
      storedAt,
      isPushed ? storedAt : null,
      source,
      sender,
      meta,
      content,
      target ?? null,
      repository ?? null,
      delivery ?? null,
      digest ?? null,
      duplicateOf ?? null,
      rule ?? null,
    );
  }

  /** Finds the event that a sender delivered under an id since a time. */
  findDelivery(sender: string, delivery: string, sinceMs: number): number | undefined {
    return this.#sql("findDelivery").get(sender, delivery, sinceMs)?.seq as number | undefined;
  }

  /** Finds the event that a sender delivered with a digest since a time. */
  findDigest(sender: string, digest: string, sinceMs: number): number | undefined {
    return this.#sql("findDigest").get(sender, digest, sinceMs)?.seq as number | undefined;
  }

  /** Releases all held events. */
  releaseHeld(): void {
    this.#sql("releaseHeld").run();
  }

  /** Releases held events. */
  release(seqs: readonly number[]): void {
    this.#sql("release").run(JSON.stringify(seqs));
  }

  /** Withholds held events: they are shown only to a session that asks for them. */
  withhold(seqs: readonly number[]): void {
    this.#sql("withhold").run(JSON.stringify(seqs));
  }

  /** Filters held events that another event tells of. */
  gather(seqs: readonly number[], into: number): void {
    this.#sql("gather").run(`gathered in ${formatEventId(into)}`, JSON.stringify(seqs));
  }

  get(seq: number): EventRecord | undefined {
    const row = this.#sql("get").get(seq);
    return row && toRecord(row);
  }

  /** Reads the body of an event as it was sent, where it is kept. */
  raw(seq: number): Uint8Array | undefined {
    return this.#sql("raw").get(seq)?.raw as Uint8Array | undefined;
  }

  /** Reads when the oldest event was taken in; `Infinity` for none. */
  oldestAt(): number {
    return readOldest(this.#sql("oldest"));
  }

  /** Reads the sender of an event; `undefined` when there is no such event. */
  senderOf(seq: number): string | undefined {
    return this.#sql("senderOf").get(seq)?.sender as string | undefined;
  }

  /** Applies a change to an event; returns whether it applied. */
  change(seq: number, change: "see" | "answer", nowMs: number): boolean {
    return Number(this.#sql(change).run(nowMs, seq).changes) > 0;
  }

  /** Adds a remark to an event. */
  annotate(seq: number, note: string): void {
    this.#sql("annotate").run(note, seq);
  }

  /**
   * Claims the stored events of a session for writing: they are `pushed` from then on, and no other
   * process writes them.
   *
   * @returns The events, the oldest first.
   */
  claim(session: number, nowMs: number, limit: number): EventRecord[] {
    return this.#sql("claim").all(nowMs, session, limit).map(toRecord).sort((a, b) =>
      a.seq - b.seq
    );
  }

  /** Claims those pushed events of a session again that were pushed before a time. */
  reclaim(session: number, pushedBefore: number, nowMs: number, limit: number): EventRecord[] {
    return this.#sql("reclaim").all(nowMs, session, pushedBefore, limit)
      .map(toRecord).sort((a, b) => a.seq - b.seq);
  }

  /** Gives back an event that was claimed and could not be written. */
  giveBack(seq: number): void {
    this.#sql("giveBack").run(seq);
  }

  /** Lists the sessions that events of a state belong to, `null` for those that belong to none. */
  sessionsOf(state: EventState): (number | null)[] {
    return this.#sql("sessionsOf").all(state).map((row) => row.session as number | null);
  }

  /** Lists the events of a state and a session before a number, the newest first, for routing. */
  waiting(
    state: EventState,
    session: number | null,
    before: number,
    limit: number,
  ): WaitingEvent[] {
    const rows = this.#sql("waiting").all(state, session, before, limit);
    return rows as unknown as WaitingEvent[];
  }

  /** Assigns events to a session: they are `stored` until it has written them. */
  assign(seqs: readonly number[], session: number | null): void {
    this.#sql("assign").run(session, JSON.stringify(seqs));
  }

  /** Counts the open events of a session and of none, and names the oldest of them. */
  open(session: number, limit: number): { readonly count: number; readonly oldest: number[] } {
    const rows = this.#sql("open").all(session);
    const seqs = rows.map((row) => row.seq as number).sort((a, b) => a - b);
    return { count: seqs.length, oldest: seqs.slice(0, limit) };
  }

  /** Lists events, the newest first. */
  list({ states, sessions, before = Number.MAX_SAFE_INTEGER, limit }: EventQuery): EventSummary[] {
    if (states === undefined) return this.#sql("list").all(before, limit).map(toSummary);
    return states
      .flatMap((state) =>
        (sessions ?? this.sessionsOf(state)).flatMap((session) =>
          this.#sql("listOf").all(state, session, before, limit)
        )
      )
      .map(toSummary)
      .sort((a, b) => b.seq - a.seq)
      .slice(0, limit);
  }

  /** Expires open events from before a time and deletes their text; returns their count. */
  expire(beforeMs: number, nowMs: number, limit: number): number {
    const rows = this.#sql("expire").all(beforeMs, seqAt(beforeMs), seqAt(nowMs), nowMs, limit);
    this.#sql("deleteRaw").run(JSON.stringify(rows.map(({ seq }) => seq)));
    return rows.length;
  }

  /** Deletes closed events from before a time that have not expired since; returns their count. */
  deleteClosed(beforeMs: number, nowMs: number, limit: number): number {
    const { changes } = this.#sql("deleteClosed")
      .run(beforeMs, seqAt(beforeMs), seqAt(nowMs), limit);
    return Number(changes);
  }

  /** Deletes those of the oldest events that are from before a time; returns the states they had. */
  deleteOldest(beforeMs: number, limit: number): EventState[] {
    return this.#sql("deleteOldest").all(beforeMs, limit).map(({ state }) => state as EventState);
  }
}
