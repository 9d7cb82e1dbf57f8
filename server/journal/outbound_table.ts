/**
 * What goes out: replies, prompts, verdicts and changes of state, in the order in which they were said.
 *
 * @module
 */

import type { DatabaseSync } from "node:sqlite";
import type { Outbound, OutboundMessage } from "../../lib/event/outbound.ts";
import {
  createStatements,
  deleteRowsBefore,
  readOldestTime,
  type Statements,
} from "./statements.ts";

/** What belongs to a message besides its text. */
export interface OutboundContext {
  /** The session that it comes from or is about. */
  readonly session: number | null;
  /** The sender whose event it is about, `null` for none. */
  readonly recipient: string | null;
  /** When it is said, in milliseconds since the epoch. */
  readonly nowMs: number;
}

/** The rows of the table `outbound`. */
export class OutboundTable {
  readonly #sql: Statements;

  /** Constructs a new instance on an open database. */
  constructor(database: DatabaseSync) {
    this.#sql = createStatements(database);
  }

  /**
   * Adds a message. Its number is a time, so that whoever has read the journal that this one takes the
   * place of has read nothing of this one.
   *
   * @param outbound The message.
   * @param about The session and the sender that it is about, and the time.
   */
  insert(outbound: Outbound, { session, recipient, nowMs }: OutboundContext): void {
    const { kind, ...data } = outbound;
    this.#sql(
      `INSERT INTO outbound (id, at, kind, session, recipient, data)
       VALUES (
         max(?1, (SELECT coalesce(max(seq), 0) + 1 FROM sqlite_sequence WHERE name = 'outbound')),
         ?1, ?2, ?3, ?4, ?5)`,
    ).run(nowMs, kind, session, recipient, JSON.stringify(data));
  }

  /** The number of the newest message, or 0. */
  lastId(): number {
    return Number(this.#sql("SELECT max(id) AS id FROM outbound").get()?.id ?? 0);
  }

  /** When the oldest message was said; `Infinity` when there is none. */
  oldestAt(): number {
    return readOldestTime(this.#sql, { table: "outbound", column: "at" });
  }

  /** The messages after one, the oldest first. */
  after(id: number, limit: number): OutboundMessage[] {
    return this.#sql(
      "SELECT id, at, kind, recipient, data FROM outbound WHERE id > ? ORDER BY id LIMIT ?",
    ).all(id, limit).map(({ id, at, kind, recipient, data }) => ({
      id: id as number,
      at: at as number,
      recipient: recipient as string | null,
      outbound: { kind, ...JSON.parse(data as string) },
    }));
  }

  /** Deletes messages from before a time; returns how many. */
  deleteBefore(timeMs: number, limit: number): number {
    return deleteRowsBefore(this.#sql, { table: "outbound", column: "at", timeMs, limit });
  }
}
