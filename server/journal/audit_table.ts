import type { DatabaseSync } from "node:sqlite";
import {
  deleteOldest,
  prepareLazily,
  readOldest,
  selectOldest,
  type Statements,
} from "./statements.ts";

/** One row of the audit. */
export interface AuditEntry {
  /** The name of the action, such as `replay`. */
  readonly action: string;
  /** The sender, the session or the `terminal` that did it. */
  readonly actor: string;
  readonly subject: string;
  readonly detail: string;
  /**
   * The number of times that it was done.
   *
   * @default {1}
   */
  readonly times?: number;
}

/** One row of the audit as it is read. */
interface StoredAuditEntry extends Required<AuditEntry> {
  /** The time, in milliseconds since the epoch. */
  readonly at: number;
}

const SQL = {
  insert: "INSERT INTO audit (at, action, actor, subject, detail, times) VALUES (?, ?, ?, ?, ?, ?)",
  list: "SELECT at, action, actor, subject, detail, times FROM audit ORDER BY id DESC LIMIT ?",
  oldest: selectOldest("audit", "at"),
  deleteBefore: deleteOldest("audit", "at"),
};

/** The table `audit`: actions, their actors and times, without the text of any message. */
export class AuditTable {
  readonly #sql: Statements<typeof SQL>;

  constructor(database: DatabaseSync) {
    this.#sql = prepareLazily(database, SQL);
  }

  /** Adds a row. */
  insert({ action, actor, subject, detail, times = 1 }: AuditEntry, nowMs: number): void {
    this.#sql("insert").run(nowMs, action, actor, subject, detail, times);
  }

  /** Lists the newest rows, the newest first. */
  list(limit: number): StoredAuditEntry[] {
    return this.#sql("list").all(limit) as unknown as StoredAuditEntry[];
  }

  /** Reads the time of the oldest row; `Infinity` for none. */
  oldestAt(): number {
    return readOldest(this.#sql("oldest"));
  }

  /** Deletes rows from before a time; returns their count. */
  deleteBefore(timeMs: number, limit: number): number {
    return Number(this.#sql("deleteBefore").run(timeMs, limit).changes);
  }
}
