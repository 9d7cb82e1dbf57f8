import type { DatabaseSync } from "node:sqlite";
import type { Behavior, Verdict } from "../../lib/permission/verdict.ts";
import type { PermissionRecord, PermissionRequest } from "../../lib/permission/permission.ts";
import type { AskedPermission } from "../../lib/event/status_json.ts";
import {
  deleteOldest,
  prepareLazily,
  readOldest,
  selectOldest,
  type Statements,
} from "./statements.ts";

/** A permission request of the journal, with the fields that decide about its state. */
interface PermissionRow extends PermissionRecord {
  /** Its number in the journal. */
  readonly id: number;
  /** The session that asked. */
  readonly session: number;
}

/** All of a permission request. */
export interface StoredPermission extends PermissionRow, AskedPermission {}

/** A verdict and its sender. */
interface SettleOptions {
  readonly behavior: Behavior;
  readonly sender: string;
  /** The way and the address that it comes by. */
  readonly from: string;
  readonly nowMs: number;
}

/** A permission request that a tool call shows to be answered. */
type CalledPermission = Pick<PermissionRow, "id" | "requestId">;

/** A tool call of a session. */
interface CalledTool {
  readonly session: number;
  /** The name of the tool at this server, such as `reply`. */
  readonly name: string;
  /** The chats and events that the arguments name. */
  readonly ids: readonly string[];
  readonly nowMs: number;
}

type Row = Record<string, unknown>;

function toPermissionRow(row: Row): PermissionRow {
  return {
    id: row.id as number,
    session: row.session as number,
    requestId: row.request as string,
    expiresAt: row.expires_at as number,
    behavior: (row.behavior as Behavior | null) ?? undefined,
    isClosed: row.ended_at !== null || row.closed_at !== null,
  };
}

const WITH_SESSIONS = "FROM permissions LEFT JOIN sessions ON sessions.id = session";
const IS_OPEN = "settled_at IS NULL AND closed_at IS NULL";
const IS_UNDELIVERED = "session = ? AND settled_at IS NOT NULL AND delivered_at IS NULL";

const SQL = {
  end: `UPDATE permissions SET expires_at = 0
        WHERE request = ? AND session = ? AND settled_at IS NULL`,
  insert: `INSERT INTO permissions
             (request, session, tool, description, preview, opened_at, expires_at)
           VALUES (?, ?, ?, ?, ?, ?, ?)`,
  find: `SELECT permissions.id, request, session, behavior, expires_at, closed_at, ended_at
         ${WITH_SESSIONS} WHERE request = ? ORDER BY permissions.id DESC LIMIT 100`,
  list: `SELECT permissions.*, project, ended_at
         ${WITH_SESSIONS} ORDER BY permissions.id DESC LIMIT ?`,
  settle: `UPDATE permissions SET behavior = ?, sender = ?, settled_from = ?, settled_at = ?
           WHERE id = ? AND ${IS_OPEN}`,
  asked: `SELECT id, request, tool, preview FROM permissions
          WHERE session = ? AND ${IS_OPEN} AND expires_at > ? ORDER BY id`,
  close: `UPDATE permissions SET closed_at = ? WHERE id = ? AND ${IS_OPEN}`,
  hasVerdict: `SELECT 1 FROM permissions WHERE ${IS_UNDELIVERED} LIMIT 1`,
  claimVerdicts: `UPDATE permissions SET delivered_at = ? WHERE ${IS_UNDELIVERED}
                  RETURNING request, behavior`,
  oldest: selectOldest("permissions", "opened_at"),
  deleteBefore: deleteOldest("permissions", "opened_at"),
};

/** The table `permissions`: permission requests and their verdicts. */
export class PermissionTable {
  readonly #sql: Statements<typeof SQL>;

  constructor(database: DatabaseSync) {
    this.#sql = prepareLazily(database, SQL);
  }

  /**
   * Opens a request. An open one of the same session with the same id ends: the client owns the ids.
   */
  open(request: PermissionRequest, session: number, nowMs: number, expiresAt: number): void {
    const { requestId, toolName, description, inputPreview } = request;
    this.#sql("end").run(requestId, session);
    this.#sql("insert").run(
      requestId,
      session,
      toolName,
      description,
      inputPreview,
      nowMs,
      expiresAt,
    );
  }

  /** Lists the newest requests with an id, the newest first. */
  find(requestId: string): PermissionRow[] {
    return this.#sql("find").all(requestId).map(toPermissionRow);
  }

  /** Lists the newest requests of all sessions, the newest first. */
  list(limit: number): StoredPermission[] {
    return this.#sql("list").all(limit).map((row) => ({
      ...toPermissionRow(row),
      toolName: row.tool as string,
      description: row.description as string,
      inputPreview: row.preview as string,
      project: row.project as string | null,
      openedAt: row.opened_at as number,
      sender: row.sender as string | null,
      settledAt: row.settled_at as number | null,
      settledFrom: row.settled_from as string | null,
    }));
  }

  /** Records the verdict on a request; returns `false` for a second one. */
  settle(id: number, { behavior, sender, from, nowMs }: SettleOptions): boolean {
    return Number(this.#sql("settle").run(behavior, sender, from, nowMs, id).changes) > 0;
  }

  /**
   * Finds the oldest open request that a tool call shows to be answered: it asked for a tool of this
   * name, and its arguments name the same.
   */
  findCalled({ session, name, ids, nowMs }: CalledTool): CalledPermission | undefined {
    const found = this.#sql("asked").all(session, nowMs).find(({ tool, preview }) =>
      String(tool).endsWith(`__${name}`) && ids.every((id) => String(preview).includes(id))
    );
    return found && { id: found.id as number, requestId: String(found.request) };
  }

  /** Closes a request as answered elsewhere; returns whether it was open. */
  close(id: number, nowMs: number): boolean {
    return Number(this.#sql("close").run(nowMs, id).changes) > 0;
  }

  /**
   * Claims the verdicts that a session was not told yet. Writes nothing where there are none, because a
   * write would wait for the writes of other processes.
   */
  claimVerdicts(session: number, nowMs: number): Verdict[] {
    if (this.#sql("hasVerdict").get(session) === undefined) return [];
    return this.#sql("claimVerdicts").all(nowMs, session).map(({ request, behavior }) => ({
      requestId: request as string,
      behavior: behavior as Behavior,
    }));
  }

  /** Reads when the oldest request was opened; `Infinity` for none. */
  oldestAt(): number {
    return readOldest(this.#sql("oldest"));
  }

  /** Deletes requests from before a time; returns their count. */
  deleteBefore(timeMs: number, limit: number): number {
    return Number(this.#sql("deleteBefore").run(timeMs, limit).changes);
  }
}
