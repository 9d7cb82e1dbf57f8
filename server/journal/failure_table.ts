/**
 * What is broken: the subjects, such as a workflow on a branch, of which a bad state was shown and no
 * good one since.
 *
 * @module
 */

import type { DatabaseSync } from "node:sqlite";
import { createStatements, type Statements } from "./statements.ts";

/** What is broken. */
export interface Failure {
  /** The name of the source. */
  readonly source: string;
  /** What the state is of. */
  readonly subject: string;
}

/** How long it is remembered, in milliseconds: what nobody mends for so long is gone for good. */
const MEMORY_MS = 90 * 24 * 60 * 60_000;

/** How many are remembered, so that those who make up subjects do not fill the disk with them. */
const MAX_FAILURES = 1000;

/** The rows of the table `failures`. */
export class FailureTable {
  readonly #sql: Statements;

  /** Constructs a new instance on an open database. */
  constructor(database: DatabaseSync) {
    this.#sql = createStatements(database);
  }

  /** Whether something is broken. */
  has({ source, subject }: Failure): boolean {
    return this.#sql("SELECT 1 FROM failures WHERE source = ? AND subject = ?")
      .get(source, subject) !== undefined;
  }

  /** Takes note that something is broken, or works again. */
  note({ source, subject, hasFailed }: Failure & { hasFailed: boolean }, nowMs: number): void {
    if (!hasFailed) {
      this.#sql("DELETE FROM failures WHERE source = ? AND subject = ?").run(source, subject);
      return;
    }
    this.#sql(
      `DELETE FROM failures WHERE at < ? OR at < (
         SELECT at FROM failures ORDER BY at DESC LIMIT 1 OFFSET ${MAX_FAILURES - 2})`,
    ).run(nowMs - MEMORY_MS);
    this.#sql("INSERT OR REPLACE INTO failures (source, subject, at) VALUES (?, ?, ?)")
      .run(source, subject, nowMs);
  }
}
