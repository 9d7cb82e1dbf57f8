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
  HELD_SESSION,
  type NewEvent,
  toRecord,
  toSummary,
  type WaitingEvent,
} from "./event_row.ts";
import {
  createStatements,
  MAX_LOOKED_PAST,
  readOldestTime,
  type Statements,
} from "./statements.ts";

const CHANGE_TIMES = { see: "seen_at", answer: "answered_at" } as const;

function quoteAll(states: readonly EventState[]): string {
  return states.map((state) => `'${state}'`).join(", ");
}

/** The most open events of a session that are counted. */
export const MAX_OPEN_COUNT = 100;

/** As much of the content as a list may show. */
const START = "substr(content, 1, 400) AS start";

const SUMMARY = `seq, state, session, attempts, stored_at, sender, ${START}`;

const RECORD = `*, ${START}`;

const OPEN_STATES = quoteAll(EVENT_STATES.filter(isOpen));

/**
 * What is too old: by its number, and by its time, which is earlier than the number tells where a clock
 * was fast before. Numbers alone would keep all that came after that for as long as it was fast.
 */
const IS_OLD = `stored_at < ?1 AND seq < coalesce(
    (SELECT seq FROM events WHERE seq >= ?2 ORDER BY seq LIMIT 1 OFFSET ${MAX_LOOKED_PAST}),
    ${Number.MAX_SAFE_INTEGER})`;

/** The rows of the table `events`. */
export class EventTable {
  readonly #sql: Statements;

  /** Constructs a new instance on an open database. */
  constructor(database: DatabaseSync) {
    this.#sql = createStatements(database);
  }

  /** The highest sequence number that was given, or 0. */
  lastSeq(): number {
    return Number(this.#sql("SELECT max(seq) AS seq FROM events").get()?.seq ?? 0);
  }

  /**
   * Adds an event, in two statements where it has a body. Most have nothing but a text and attributes
   * and are pushed at once; binding a value takes a tenth of a microsecond, so there is a statement for
   * those with half as many.
   */
  insert(event: NewEvent): void {
    const { seq, state, session, storedAt, source, sender, meta, content } = event;
    const attempts = state === "pushed" ? 1 : 0;
    const pushedAt = state === "pushed" ? storedAt : null;
    const isPlain = event.target === undefined && event.repository === undefined &&
      event.delivery === undefined && event.duplicateOf === undefined &&
      event.digest === undefined && event.rule === undefined;
    if (event.raw !== undefined) {
      this.#sql("INSERT INTO bodies (seq, raw) VALUES (?, ?)").run(seq, event.raw);
    }
    if (isPlain && state === "pushed") {
      this.#sql(
        `INSERT INTO events
           (seq, state, session, attempts, stored_at, pushed_at, source, sender, meta, content)
         VALUES (?1, 'pushed', ?2, 1, ?3, ?3, ?4, ?5, ?6, ?7)`,
      ).run(seq, session, storedAt, source, sender, meta, content);
      return;
    }
    this.#sql(
      `INSERT INTO events (seq, state, session, attempts, stored_at, pushed_at, source, sender, meta,
         content, target, repository, delivery, digest, duplicate_of, rule)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ).run(
      seq,
      state,
      session,
      attempts,
      storedAt,
      pushedAt,
      source,
      sender,
      meta,
      content,
      event.target ?? null,
      event.repository ?? null,
      event.delivery ?? null,
      event.digest ?? null,
      event.duplicateOf ?? null,
      event.rule ?? null,
    );
  }

  /** The event that a sender delivered under an id since a time; `undefined` for none. */
  findDelivery(sender: string, delivery: string, sinceMs: number): number | undefined {
    return this.#sql(
      `SELECT seq FROM events WHERE sender = ? AND delivery = ? AND stored_at >= ?
       ORDER BY stored_at LIMIT 1`,
    ).get(sender, delivery, sinceMs)?.seq as number | undefined;
  }

  /** The event that a sender delivered with a digest since a time; `undefined` for none. */
  findDigest(sender: string, digest: string, sinceMs: number): number | undefined {
    return this.#sql(
      `SELECT seq FROM events WHERE sender = ? AND digest = ? AND stored_at >= ?
       ORDER BY stored_at LIMIT 1`,
    ).get(sender, digest, sinceMs)?.seq as number | undefined;
  }

  /** Lets the events go that a process has held back. */
  releaseHeld(): void {
    this.#sql(
      `UPDATE events SET session = NULL WHERE state = 'stored' AND session = ${HELD_SESSION}`,
    ).run();
  }

  /** Takes events out that another one tells of. */
  gather(seqs: readonly number[], into: number): void {
    this.#sql(
      `UPDATE events NOT INDEXED SET state = 'filtered', rule = ?
       WHERE seq IN (SELECT value FROM json_each(?)) AND state = 'stored'`,
    ).run(`gathered in ${formatEventId(into)}`, JSON.stringify(seqs));
  }

  /** An event; `undefined` for none. */
  get(seq: number): EventRecord | undefined {
    const row = this.#sql(`SELECT ${RECORD} FROM events WHERE seq = ?`).get(seq);
    return row && toRecord(row);
  }

  /** The body of an event as it was sent, where it is kept; `undefined` for none. */
  raw(seq: number): Uint8Array | undefined {
    return this.#sql(
      `SELECT raw FROM bodies WHERE seq = ?1
       UNION ALL SELECT raw FROM events WHERE seq = ?1 AND raw IS NOT NULL`,
    ).get(seq)?.raw as Uint8Array | undefined;
  }

  /** When the oldest event was taken in; `Infinity` when there is none. */
  oldestAt(): number {
    return readOldestTime(this.#sql, { table: "events", column: "stored_at" });
  }

  /** Who has sent an event; `undefined` when there is no such event. */
  senderOf(seq: number): string | undefined {
    return this.#sql("SELECT sender FROM events WHERE seq = ?").get(seq)?.sender as
      | string
      | undefined;
  }

  /** Applies a change to an event; returns whether it applied. */
  change(seq: number, change: keyof typeof CHANGE_TIMES, nowMs: number): boolean {
    const before = statesBefore(change);
    const after = before[0] && nextEventState(before[0], change);
    const { changes } = this.#sql(
      `UPDATE events SET state = '${after}', ${CHANGE_TIMES[change]} = ?
       WHERE seq = ? AND state IN (${quoteAll(before)})`,
    ).run(nowMs, seq);
    return changes > 0;
  }

  /** Adds a remark to an event. */
  annotate(seq: number, note: string): void {
    this.#sql("UPDATE events SET note = ? WHERE seq = ?").run(note, seq);
  }

  /**
   * Takes the stored events of a session for writing: they are `pushed` from then on, for nobody else
   * to write.
   *
   * @returns The events, the oldest first.
   */
  claim(session: number, nowMs: number, limit: number): EventRecord[] {
    const rows = this.#sql(
      `UPDATE events SET state = 'pushed', pushed_at = ?, attempts = attempts + 1
       WHERE seq IN (SELECT seq FROM events WHERE state = 'stored' AND session = ?
                     ORDER BY seq LIMIT ?)
       RETURNING ${RECORD}`,
    ).all(nowMs, session, limit);
    return rows.map(toRecord).sort((a, b) => a.seq - b.seq);
  }

  /** Takes those pushed events of a session again that were pushed before a time. */
  reclaim(session: number, pushedBefore: number, nowMs: number, limit: number): EventRecord[] {
    const rows = this.#sql(
      `UPDATE events SET pushed_at = ?, attempts = attempts + 1
       WHERE seq IN (SELECT seq FROM events WHERE state = 'pushed' AND session = ?
                     AND pushed_at <= ? ORDER BY seq LIMIT ?)
       RETURNING ${RECORD}`,
    ).all(nowMs, session, pushedBefore, limit);
    return rows.map(toRecord).sort((a, b) => a.seq - b.seq);
  }

  /** Gives back an event that was claimed and could not be written. */
  giveBack(seq: number): void {
    this.#sql(
      `UPDATE events SET state = 'stored', attempts = attempts - 1,
         pushed_at = CASE WHEN attempts > 1 THEN pushed_at END
       WHERE seq = ? AND state IN (${quoteAll(statesBefore("return"))})`,
    ).run(seq);
  }

  /** The sessions that events of a state belong to, `null` among them for those that belong to none. */
  sessionsOf(state: EventState): (number | null)[] {
    // One step along the index for each session, however many events it has.
    const rows = this.#sql(
      `WITH RECURSIVE found (session) AS (
         SELECT min(session) FROM events WHERE state = ?1
         UNION ALL
         SELECT (SELECT min(session) FROM events WHERE state = ?1 AND session > found.session)
         FROM found WHERE found.session IS NOT NULL)
       SELECT session FROM found WHERE session IS NOT NULL
       UNION ALL
       SELECT NULL WHERE EXISTS (SELECT 1 FROM events WHERE state = ?1 AND session IS NULL)`,
    ).all(state);
    return rows.map((row) => row.session as number | null);
  }

  /** The events of a state and a session before a number, the newest first, to route them again. */
  waiting(
    state: EventState,
    session: number | null,
    before: number,
    limit: number,
  ): WaitingEvent[] {
    return this.#sql(
      `SELECT seq, target, repository FROM events
       WHERE state = ? AND session IS ? AND seq < ? ORDER BY seq DESC LIMIT ?`,
    ).all(state, session, before, limit).map(({ seq, target, repository }) =>
      ({ seq, target, repository }) as unknown as WaitingEvent
    );
  }

  /** Hands open events to a session: they are `stored` until it has written them. */
  assign(seqs: readonly number[], session: number | null): void {
    this.#sql(
      `UPDATE events NOT INDEXED SET session = ?, state = 'stored'
       WHERE seq IN (SELECT value FROM json_each(?)) AND state IN (${OPEN_STATES})`,
    ).run(session, JSON.stringify(seqs));
  }

  /** The open events of a session and of none: how many there are, and the oldest of them. */
  open(session: number, limit: number): { readonly count: number; readonly oldest: number[] } {
    const rows = this.#sql(
      `SELECT seq FROM events WHERE state = 'stored' AND session = ?1
       UNION ALL SELECT seq FROM events WHERE state = 'pushed' AND session = ?1
       UNION ALL SELECT seq FROM events WHERE state = 'stored' AND session IS NULL
       LIMIT ${MAX_OPEN_COUNT}`,
    ).all(session).map((row) => row.seq as number).sort((a, b) => a - b);
    return { count: rows.length, oldest: rows.slice(0, limit) };
  }

  /** Lists events, the newest first. */
  list({ states, sessions, before = Number.MAX_SAFE_INTEGER, limit }: EventQuery): EventSummary[] {
    if (states === undefined) {
      return this.#sql(`SELECT ${SUMMARY} FROM events WHERE seq < ? ORDER BY seq DESC LIMIT ?`)
        .all(before, limit).map(toSummary);
    }
    return states
      .flatMap((state) => (sessions ?? [undefined]).map((session) => ({ state, session })))
      .flatMap((walk) => this.#walk(walk.state, walk.session, before, limit))
      .sort((a, b) => b.seq - a.seq)
      .slice(0, limit);
  }

  /** The newest events of a state, and of a session where one is given, along the index of both. */
  #walk(
    state: EventState,
    session: number | null | undefined,
    before: number,
    limit: number,
  ): EventSummary[] {
    const [condition, ...values] = session === undefined ? [""] : ["AND session IS ?", session];
    const rows = this.#sql(
      `SELECT ${SUMMARY} FROM events WHERE seq IN (
         SELECT seq FROM events INDEXED BY events_by_state
         WHERE state = ? ${condition} AND seq < ? ORDER BY seq DESC LIMIT ?)`,
    ).all(state, ...values, before, limit);
    return rows.map(toSummary);
  }

  /** Gives up open events from before a time; what they say goes at once. Returns how many. */
  expire(beforeMs: number, nowMs: number, limit: number): number {
    const rows = this.#sql(
      `UPDATE events SET state = 'expired', expired_at = ?3, content = '', raw = NULL
       WHERE seq IN (SELECT seq FROM events NOT INDEXED WHERE ${IS_OLD}
                     AND state IN (${OPEN_STATES}) ORDER BY seq LIMIT ?4)
       RETURNING seq`,
    ).all(beforeMs, seqAt(beforeMs), nowMs, limit);
    this.#sql("DELETE FROM bodies WHERE seq IN (SELECT value FROM json_each(?))")
      .run(JSON.stringify(rows.map(({ seq }) => seq)));
    return rows.length;
  }

  /** Deletes closed events from before a time that were not given up since. Returns how many. */
  deleteClosed(beforeMs: number, limit: number): number {
    return Number(
      this.#sql(
        `DELETE FROM events WHERE seq IN (
           SELECT seq FROM events NOT INDEXED WHERE ${IS_OLD} AND state NOT IN (${OPEN_STATES})
             AND coalesce(expired_at, 0) < ?1 ORDER BY seq LIMIT ?3)`,
      ).run(beforeMs, seqAt(beforeMs), limit).changes,
    );
  }

  /** Deletes those of the oldest events that are from before a time; returns the states they had. */
  deleteOldest(beforeMs: number, limit: number): EventState[] {
    return this.#sql(
      `DELETE FROM events WHERE seq IN (
         SELECT seq FROM (SELECT seq, stored_at FROM events ORDER BY seq LIMIT ${MAX_LOOKED_PAST})
         WHERE stored_at < ? LIMIT ?)
       RETURNING state`,
    ).all(beforeMs, limit).map(({ state }) => state as EventState);
  }
}
