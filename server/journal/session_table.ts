import type { DatabaseSync } from "node:sqlite";
import type { OpenSession } from "../../lib/session/route_event.ts";
import { deleteOldest, prepareLazily, type Statements } from "./statements.ts";

/** A session that starts. */
export interface NewSession {
  /** The client's session id, or one of our own. */
  readonly key: string;
  /** The name of the project's folder. */
  readonly project: string;
  /** The repository of the project as `owner/name`, where it is known. */
  readonly repository: string | null;
  readonly pid: number;
}

/** A session as the journal has it; times are milliseconds since the epoch. */
export interface StoredSession extends OpenSession {
  readonly pid: number;
  readonly startedAt: number;
  /** `true` once it was offered what earlier sessions have left unseen. */
  readonly wasOffered: boolean;
  /** `null` while it is open. */
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

const SQL = {
  // The number is a time: in a journal that replaces this one it means no other session.
  start: `INSERT INTO sessions (id, key, project, repository, pid, started_at, active_at)
          VALUES (
            max(?, (SELECT coalesce(max(seq), 0) + 1 FROM sqlite_sequence WHERE name = 'sessions')),
            ?, ?, ?, ?, ?, ?)`,
  get: "SELECT * FROM sessions WHERE id = ?",
  open: "SELECT * FROM sessions WHERE ended_at IS NULL ORDER BY id",
  list: "SELECT * FROM sessions ORDER BY id DESC LIMIT ?",
  touch: "UPDATE sessions SET active_at = ? WHERE id = ?",
  markDeaf: "UPDATE sessions SET deaf_at = ? WHERE id = ?",
  markOffered: "UPDATE sessions SET offered_at = ? WHERE id = ?",
  markEnded: "UPDATE sessions SET ended_at = ? WHERE id = ?",
  deleteBefore: deleteOldest("sessions", "ended_at"),
};

/** The table `sessions`: those that are open and those that have ended. */
export class SessionTable {
  readonly #sql: Statements<typeof SQL>;

  constructor(database: DatabaseSync) {
    this.#sql = prepareLazily(database, SQL);
  }

  /** Adds a session; returns its number. */
  start({ key, project, repository, pid }: NewSession, nowMs: number): number {
    const { lastInsertRowid } = this.#sql("start").run(
      nowMs,
      key,
      project,
      repository,
      pid,
      nowMs,
      nowMs,
    );
    return Number(lastInsertRowid);
  }

  get(id: number): StoredSession | undefined {
    const row = this.#sql("get").get(id);
    return row && toSession(row);
  }

  /** Lists the sessions whose end the journal does not know. */
  open(): StoredSession[] {
    return this.#sql("open").all().map(toSession);
  }

  /** Lists the newest sessions, the newest first. */
  list(limit: number): StoredSession[] {
    return this.#sql("list").all(limit).map(toSession);
  }

  /** Records a sign of life. */
  touch(id: number, nowMs: number): void {
    this.#sql("touch").run(nowMs, id);
  }

  /** Records since when a session is deaf, or, with `null`, that it hears. */
  markDeaf(id: number, deafAt: number | null): void {
    this.#sql("markDeaf").run(deafAt, id);
  }

  /** Records that a session was offered what earlier sessions have left unseen. */
  markOffered(id: number, offeredAt: number): void {
    this.#sql("markOffered").run(offeredAt, id);
  }

  /** Records that a session has ended, or, with `null`, that it is open after all. */
  markEnded(id: number, endedAt: number | null): void {
    this.#sql("markEnded").run(endedAt, id);
  }

  /** Deletes sessions that ended before a time; returns their count. */
  deleteBefore(timeMs: number, limit: number): number {
    return Number(this.#sql("deleteBefore").run(timeMs, limit).changes);
  }
}
