/**
 * The audit: who did what when, without a word of what was said.
 *
 * @module
 */

import type { DatabaseSync } from "node:sqlite";
import {
  createStatements,
  deleteRowsBefore,
  readOldestTime,
  type Statements,
} from "./statements.ts";

/** One row of the audit. */
export interface AuditEntry {
  /** What was done, such as `replay`. */
  readonly action: string;
  /** Who did it: a sender, a session or `terminal`. */
  readonly actor: string;
  /** What it was done to. */
  readonly subject: string;
  /** More about it. */
  readonly detail: string;
  /**
   * How often it was done.
   *
   * @default {1}
   */
  readonly times?: number;
}

/** One row of the audit as it is read. */
export interface StoredAuditEntry extends Required<AuditEntry> {
  /** When it was done, in milliseconds since the epoch. */
  readonly at: number;
}

/** The rows of the table `audit`. */
export class AuditTable {
  readonly #sql: Statements;

  /** Constructs a new instance on an open database. */
  constructor(database: DatabaseSync) {
    this.#sql = createStatements(database);
  }

  /** Adds a row. */
  insert({ action, actor, subject, detail, times = 1 }: AuditEntry, nowMs: number): void {
    this.#sql(
      "INSERT INTO audit (at, action, actor, subject, detail, times) VALUES (?, ?, ?, ?, ?, ?)",
    ).run(nowMs, action, actor, subject, detail, times);
  }

  /** The newest rows, the newest first. */
  list(limit: number): StoredAuditEntry[] {
    return this.#sql(
      "SELECT at, action, actor, subject, detail, times FROM audit ORDER BY id DESC LIMIT ?",
    ).all(limit) as unknown as StoredAuditEntry[];
  }

  /** When the oldest row was added; `Infinity` when there is none. */
  oldestAt(): number {
    return readOldestTime(this.#sql, { table: "audit", column: "at" });
  }

  /** Deletes rows from before a time; returns how many. */
  deleteBefore(timeMs: number, limit: number): number {
    return deleteRowsBefore(this.#sql, { table: "audit", column: "at", timeMs, limit });
  }
}
