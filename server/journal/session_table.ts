/**
 * The sessions, those that are open and those that have ended.
 *
 * @module
 */

import type { DatabaseSync } from "node:sqlite";
import type { OpenSession } from "../../lib/session/route_event.ts";
import { createStatements, deleteRowsBefore, type Statements } from "./statements.ts";

/** What a session says of itself when it starts. */
export interface NewSession {
  /** The client's session id, or one of our own. */
  readonly key: string;
  /** The name of the project's folder. */
  readonly project: string;
  /** The repository of the project as `owner/name`, where it is known. */
  readonly repository: string | null;
  /** The process. */
  readonly pid: number;
}

/** A session as the journal has it; times are milliseconds since the epoch. */
export interface StoredSession extends OpenSession {
  /** The process. */
  readonly pid: number;
  /** When it started. */
  readonly startedAt: number;
  /** Whether it was offered what sessions before it have left unseen. */
  readonly wasOffered: boolean;
  /** When it ended; `null` while it is open. */
  readonly endedAt: number | null;
}

function toSession(row: Record<string, unknown>): StoredSession {
  return {
    id: row.id as number,
    key: row.key as string,
    project: row.project as string,
    repository: (row.repository as string | null) ?? undefined,
    pid: row.pid as number,
    startedAt: row.started_at as number,
    activeAt: row.active_at as number,
    isDeaf: row.deaf_at !== null,
    wasOffered: row.offered_at !== null,
    endedAt: row.ended_at as number | null,
  };
}

/** The rows of the table `sessions`. */
export class SessionTable {
  readonly #sql: Statements;

  /** Constructs a new instance on an open database. */
  constructor(database: DatabaseSync) {
    this.#sql = createStatements(database);
  }

  /**
   * Adds a session; returns its number. That is a time, so that it means no other session in a journal
   * that takes the place of this one.
   */
  start({ key, project, repository, pid }: NewSession, nowMs: number): number {
    const { lastInsertRowid } = this.#sql(
      `INSERT INTO sessions (id, key, project, repository, pid, started_at, active_at)
       VALUES (
         max(?, (SELECT coalesce(max(seq), 0) + 1 FROM sqlite_sequence WHERE name = 'sessions')),
         ?, ?, ?, ?, ?, ?)`,
    ).run(nowMs, key, project, repository, pid, nowMs, nowMs);
    return Number(lastInsertRowid);
  }

  /** A session; `undefined` for none. */
  get(id: number): StoredSession | undefined {
    const row = this.#sql("SELECT * FROM sessions WHERE id = ?").get(id);
    return row && toSession(row);
  }

  /** The sessions that have not ended, as far as anybody knows. */
  open(): StoredSession[] {
    return this.#sql("SELECT * FROM sessions WHERE ended_at IS NULL ORDER BY id")
      .all().map(toSession);
  }

  /** The newest sessions, the newest first. */
  list(limit: number): StoredSession[] {
    return this.#sql("SELECT * FROM sessions ORDER BY id DESC LIMIT ?").all(limit).map(toSession);
  }

  /** Records a sign of life. */
  touch(id: number, nowMs: number): void {
    this.#sql("UPDATE sessions SET active_at = ? WHERE id = ?").run(nowMs, id);
  }

  /** Records whether a session hears what is pushed to it. */
  markDeaf(id: number, deafAt: number | null): void {
    this.#sql("UPDATE sessions SET deaf_at = ? WHERE id = ?").run(deafAt, id);
  }

  /** Records that a session was offered what sessions before it have left unseen. */
  markOffered(id: number, offeredAt: number): void {
    this.#sql("UPDATE sessions SET offered_at = ? WHERE id = ?").run(offeredAt, id);
  }

  /** Records that a session has ended, or, with `null`, that it has not after all. */
  markEnded(id: number, endedAt: number | null): void {
    this.#sql("UPDATE sessions SET ended_at = ? WHERE id = ?").run(endedAt, id);
  }

  /** Deletes sessions that ended before a time; returns how many. */
  deleteBefore(timeMs: number, limit: number): number {
    return deleteRowsBefore(this.#sql, { table: "sessions", column: "ended_at", timeMs, limit });
  }
}
