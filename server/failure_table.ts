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

  /** Takes note that something is broken. */
  add({ source, subject }: Failure, nowMs: number): void {
    this.#sql("DELETE FROM failures WHERE at < ?").run(nowMs - MEMORY_MS);
    this.#sql("INSERT OR REPLACE INTO failures (source, subject, at) VALUES (?, ?, ?)")
      .run(source, subject, nowMs);
  }

  /** Takes note that something works again. */
  remove({ source, subject }: Failure): void {
    this.#sql("DELETE FROM failures WHERE source = ? AND subject = ?").run(source, subject);
  }
}
