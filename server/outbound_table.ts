/**
 * What goes out: replies, prompts, verdicts and changes of state, in the order in which they were said.
 *
 * @module
 */

import type { DatabaseSync } from "node:sqlite";
import type { Outbound, OutboundMessage } from "../lib/outbound.ts";
import { createStatements, deleteRowsBefore, type Statements } from "./statements.ts";

/** The rows of the table `outbound`. */
export class OutboundTable {
  readonly #sql: Statements;

  /** Constructs a new instance on an open database. */
  constructor(database: DatabaseSync) {
    this.#sql = createStatements(database);
  }

  /** Adds a message; `session` is the one that it comes from or is about. */
  insert(outbound: Outbound, session: number | null, nowMs: number): void {
    const { kind, ...data } = outbound;
    this.#sql("INSERT INTO outbound (at, kind, session, data) VALUES (?, ?, ?, ?)")
      .run(nowMs, kind, session, JSON.stringify(data));
  }

  /** The number of the newest message, or 0. */
  lastId(): number {
    return Number(this.#sql("SELECT max(id) AS id FROM outbound").get()?.id ?? 0);
  }

  /** When the oldest message was said; `Infinity` when there is none. */
  oldestAt(): number {
    return Number(this.#sql("SELECT at FROM outbound ORDER BY id LIMIT 1").get()?.at ?? Infinity);
  }

  /** The messages after one, the oldest first. */
  after(id: number, limit: number): OutboundMessage[] {
    return this.#sql("SELECT id, at, kind, data FROM outbound WHERE id > ? ORDER BY id LIMIT ?")
      .all(id, limit)
      .map(({ id, at, kind, data }) => ({ id, at, kind, ...JSON.parse(data as string) }));
  }

  /** Deletes messages from before a time; returns how many. */
  deleteBefore(timeMs: number, limit: number): number {
    return deleteRowsBefore(this.#sql, { table: "outbound", column: "at", timeMs, limit });
  }
}
