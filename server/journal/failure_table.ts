import type { DatabaseSync } from "node:sqlite";
import { prepareLazily, type Statements } from "./statements.ts";

/** A subject that is broken, such as a workflow on a branch. */
export interface Failure {
  /** The name of the source. */
  readonly source: string;
  readonly subject: string;
}

/** A failure that lasts for so long, in milliseconds, is forgotten. */
const MEMORY_MS = 90 * 24 * 60 * 60_000;

/** The most failures that are kept, because a sender that makes up subjects would fill the disk. */
const MAX_FAILURES = 1000;

const SQL = {
  has: "SELECT 1 FROM failures WHERE source = ? AND subject = ?",
  delete: "DELETE FROM failures WHERE source = ? AND subject = ?",
  deleteOld: `DELETE FROM failures WHERE at < ? OR at < (
                SELECT at FROM failures ORDER BY at DESC LIMIT 1 OFFSET ${MAX_FAILURES - 2})`,
  insert: "INSERT OR REPLACE INTO failures (source, subject, at) VALUES (?, ?, ?)",
};

/** The table `failures`: subjects of which a bad state was shown and no good one since. */
export class FailureTable {
  readonly #sql: Statements<typeof SQL>;

  constructor(database: DatabaseSync) {
    this.#sql = prepareLazily(database, SQL);
  }

  has({ source, subject }: Failure): boolean {
    return this.#sql("has").get(source, subject) !== undefined;
  }

  /** Records that a subject is broken, or works again. */
  note({ source, subject, hasFailed }: Failure & { hasFailed: boolean }, nowMs: number): void {
    if (!hasFailed) {
      this.#sql("delete").run(source, subject);
      return;
    }
    this.#sql("deleteOld").run(nowMs - MEMORY_MS);
    this.#sql("insert").run(source, subject, nowMs);
  }
}
