import type { DatabaseSync } from "node:sqlite";
import type { Outbound, OutboundMessage } from "../../lib/event/outbound.ts";
import {
  deleteOldest,
  prepareLazily,
  readOldest,
  selectOldest,
  type Statements,
} from "./statements.ts";

/** The origin and the recipient of a message. */
export interface OutboundContext {
  /** The session that it comes from or is about. */
  readonly session: number | null;
  /** The sender whose event it is about, `null` for none. */
  readonly recipient: string | null;
  readonly nowMs: number;
}

const SQL = {
  // The number is a time: a reader of the journal that this one replaces has read nothing of this one.
  insert: `INSERT INTO outbound (id, at, kind, session, recipient, data)
           VALUES (
             max(?1, (SELECT coalesce(max(seq), 0) + 1 FROM sqlite_sequence WHERE name = 'outbound')),
             ?1, ?2, ?3, ?4, ?5)`,
  lastId: "SELECT max(id) AS id FROM outbound",
  oldest: selectOldest("outbound", "at"),
  after: "SELECT id, at, kind, recipient, data FROM outbound WHERE id > ? ORDER BY id LIMIT ?",
  deleteBefore: deleteOldest("outbound", "at"),
};

/** The table `outbound`: replies, prompts, verdicts and changes of state, in the order of their time. */
export class OutboundTable {
  readonly #sql: Statements<typeof SQL>;

  constructor(database: DatabaseSync) {
    this.#sql = prepareLazily(database, SQL);
  }

  /** Adds a message. */
  insert(outbound: Outbound, { session, recipient, nowMs }: OutboundContext): void {
    const { kind, ...data } = outbound;
    this.#sql("insert").run(nowMs, kind, session, recipient, JSON.stringify(data));
  }

  /** Reads the number of the newest message; 0 for none. */
  lastId(): number {
    return Number(this.#sql("lastId").get()?.id ?? 0);
  }

  /** Reads the time of the oldest message; `Infinity` for none. */
  oldestAt(): number {
    return readOldest(this.#sql("oldest"));
  }

  /** Lists the messages after one, the oldest first. */
  after(id: number, limit: number): OutboundMessage[] {
    return this.#sql("after").all(id, limit).map(({ id, at, kind, recipient, data }) => ({
      id: id as number,
      at: at as number,
      recipient: recipient as string | null,
      outbound: { kind, ...JSON.parse(data as string) },
    }));
  }

  /** Deletes messages from before a time; returns their count. */
  deleteBefore(timeMs: number, limit: number): number {
    return Number(this.#sql("deleteBefore").run(timeMs, limit).changes);
  }
}
