/**
 * The permission requests and their verdicts.
 *
 * @module
 */

import type { DatabaseSync } from "node:sqlite";
import type { Behavior, Verdict } from "../lib/parse_verdict.ts";
import type { PermissionRecord, PermissionRequest } from "../lib/permission.ts";
import { createStatements, deleteRowsBefore, type Statements } from "./statements.ts";

/** A permission request as the journal has it. */
export interface StoredPermission extends PermissionRecord {
  /** Its number in the journal. */
  readonly id: number;
  /** The session that asked. */
  readonly session: number;
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
  find(requestId: string): StoredPermission[] {
    const rows = this.#sql(
      `SELECT permissions.id, session, behavior, expires_at, ended_at FROM permissions
       LEFT JOIN sessions ON sessions.id = session
       WHERE request = ? ORDER BY permissions.id DESC LIMIT 100`,
    ).all(requestId);
    return rows.map((row) => ({
      id: row.id as number,
      session: row.session as number,
      requestId,
      expiresAt: row.expires_at as number,
      behavior: (row.behavior as Behavior | null) ?? undefined,
      hasEnded: row.ended_at !== null,
    }));
  }

  /** Records the verdict on a request; returns whether it is the first. */
  settle(id: number, behavior: Behavior, sender: string, nowMs: number): boolean {
    const { changes } = this.#sql(
      `UPDATE permissions SET behavior = ?, sender = ?, settled_at = ?
       WHERE id = ? AND settled_at IS NULL`,
    ).run(behavior, sender, nowMs, id);
    return changes > 0;
  }

  /** The verdicts that a session was not told yet. */
  toDeliver(session: number): (Verdict & { readonly id: number })[] {
    const rows = this.#sql(
      `SELECT id, request, behavior FROM permissions
       WHERE session = ? AND settled_at IS NOT NULL AND delivered_at IS NULL ORDER BY id`,
    ).all(session);
    return rows.map((row) => ({
      id: row.id as number,
      requestId: row.request as string,
      behavior: row.behavior as Behavior,
    }));
  }

  /** Records that the session was told of the verdict. */
  markDelivered(id: number, nowMs: number): void {
    this.#sql("UPDATE permissions SET delivered_at = ? WHERE id = ?").run(nowMs, id);
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
