/**
 * The permission requests and their verdicts.
 *
 * @module
 */

import type { DatabaseSync } from "node:sqlite";
import type { Behavior, Verdict } from "../../lib/permission/verdict.ts";
import type { PermissionRecord, PermissionRequest } from "../../lib/permission/permission.ts";
import type { AskedPermission } from "../../lib/event/status_json.ts";
import {
  createStatements,
  deleteRowsBefore,
  readOldestTime,
  type Statements,
} from "./statements.ts";

/** What decides about a permission request, with where the journal has it. */
export interface PermissionRow extends PermissionRecord {
  /** Its number in the journal. */
  readonly id: number;
  /** The session that asked. */
  readonly session: number;
}

/** All there is to know of a permission request. */
export interface StoredPermission extends PermissionRow, AskedPermission {}

/** A verdict and who has given it. */
export interface SettleOptions {
  /** The verdict. */
  readonly behavior: Behavior;
  /** Who gives it. */
  readonly sender: string;
  /** The way and the address that it comes by. */
  readonly from: string;
  /** The time in milliseconds since the epoch. */
  readonly nowMs: number;
}

/** A permission request that a tool call shows to be answered. */
export type CalledPermission = Pick<PermissionRow, "id" | "requestId">;

/** A tool call of a session. */
export interface CalledTool {
  /** The session. */
  readonly session: number;
  /** The name of the tool at this server, such as `reply`. */
  readonly name: string;
  /** What the arguments name: chats and events. */
  readonly ids: readonly string[];
  /** The time in milliseconds since the epoch. */
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

/** The rows of the table `permissions`. */
export class PermissionTable {
  readonly #sql: Statements;

  /** Constructs a new instance on an open database. */
  constructor(database: DatabaseSync) {
    this.#sql = createStatements(database);
  }

  /**
   * Opens a request. An open one of the same session with the same id ends: the client owns the ids.
   */
  open(request: PermissionRequest, session: number, nowMs: number, expiresAt: number): void {
    const { requestId, toolName, description, inputPreview } = request;
    this.#sql(
      `UPDATE permissions SET expires_at = 0
       WHERE request = ? AND session = ? AND settled_at IS NULL`,
    ).run(requestId, session);
    this.#sql(
      `INSERT INTO permissions
         (request, session, tool, description, preview, opened_at, expires_at)
       VALUES (?, ?, ?, ?, ?, ?, ?)`,
    ).run(requestId, session, toolName, description, inputPreview, nowMs, expiresAt);
  }

  /** The newest requests with an id, the newest first. */
  find(requestId: string): PermissionRow[] {
    const rows = this.#sql(
      `SELECT permissions.id, request, session, behavior, expires_at, closed_at, ended_at
       FROM permissions LEFT JOIN sessions ON sessions.id = session
       WHERE request = ? ORDER BY permissions.id DESC LIMIT 100`,
    ).all(requestId);
    return rows.map(toPermissionRow);
  }

  /** The newest requests of all sessions, the newest first. */
  list(limit: number): StoredPermission[] {
    const rows = this.#sql(
      `SELECT permissions.*, project, ended_at
       FROM permissions LEFT JOIN sessions ON sessions.id = session
       ORDER BY permissions.id DESC LIMIT ?`,
    ).all(limit);
    return rows.map((row) => ({
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

  /** Records the verdict on a request; returns whether it is the first. */
  settle(id: number, { behavior, sender, from, nowMs }: SettleOptions): boolean {
    const { changes } = this.#sql(
      `UPDATE permissions SET behavior = ?, sender = ?, settled_from = ?, settled_at = ?
       WHERE id = ? AND settled_at IS NULL AND closed_at IS NULL`,
    ).run(behavior, sender, from, nowMs, id);
    return changes > 0;
  }

  /**
   * The oldest open request that a tool call shows to be answered: it asked for a tool of this name, and
   * its arguments name the same. `undefined` when there is none.
   */
  findCalled({ session, name, ids, nowMs }: CalledTool): CalledPermission | undefined {
    const asked = this.#sql(
      `SELECT id, request, tool, preview FROM permissions
       WHERE session = ? AND settled_at IS NULL AND closed_at IS NULL AND expires_at > ?
       ORDER BY id`,
    ).all(session, nowMs);
    const found = asked.find(({ tool, preview }) =>
      String(tool).endsWith(`__${name}`) && ids.every((id) => String(preview).includes(id))
    );
    return found && { id: found.id as number, requestId: String(found.request) };
  }

  /** Closes a request as answered elsewhere; returns whether it was open. */
  close(id: number, nowMs: number): boolean {
    const { changes } = this.#sql(
      `UPDATE permissions SET closed_at = ?
       WHERE id = ? AND settled_at IS NULL AND closed_at IS NULL`,
    ).run(nowMs, id);
    return changes > 0;
  }

  /**
   * Takes the verdicts for a session that it was not told yet: they are told from then on. Where there
   * are none, nothing is written, so that nobody who writes is waited for.
   */
  claimVerdicts(session: number, nowMs: number): Verdict[] {
    const found = this.#sql(
      `SELECT id FROM permissions
       WHERE session = ? AND settled_at IS NOT NULL AND delivered_at IS NULL LIMIT 1`,
    ).get(session);
    if (found === undefined) return [];
    const rows = this.#sql(
      `UPDATE permissions SET delivered_at = ?
       WHERE session = ? AND settled_at IS NOT NULL AND delivered_at IS NULL
       RETURNING request, behavior`,
    ).all(nowMs, session);
    return rows.map(({ request, behavior }) => ({
      requestId: request as string,
      behavior: behavior as Behavior,
    }));
  }

  /** When the oldest request was opened; `Infinity` when there is none. */
  oldestAt(): number {
    return readOldestTime(this.#sql, { table: "permissions", column: "opened_at" });
  }

  /** Deletes requests from before a time; returns how many. */
  deleteBefore(timeMs: number, limit: number): number {
    return deleteRowsBefore(this.#sql, {
      table: "permissions",
      column: "opened_at",
      timeMs,
      limit,
    });
  }
}
