import { assert, assertEquals } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import { EVENT_STATES } from "../../../lib/event/event_state.ts";
import { Journal } from "../../../server/journal/journal.ts";
import { REQUEST } from "../_port.ts";

/** A journal in memory that tells the plans of the database for its statements. */
class PlannedJournal implements Disposable {
  readonly #database = new DatabaseSync(":memory:");
  readonly #asked = new Set<string>();
  readonly #journal: Journal;

  constructor() {
    const database: Pick<DatabaseSync, "prepare" | "exec"> = {
      prepare: (sql) => {
        this.#asked.add(sql);
        return this.#database.prepare(sql);
      },
      exec: (sql) => this.#database.exec(sql),
    };
    this.#journal = Journal.on(database as DatabaseSync, "memory");
    const { permissions } = this.#journal;
    // Without a verdict none is claimed.
    permissions.open(REQUEST, 1, 0, 1);
    permissions.settle(1, { behavior: "allow", sender: "dev", from: "", nowMs: 0 });
  }

  /** The steps of the plans that read a whole table or index, or sort rows in a temporary tree. */
  slowStepsOf(run: (journal: Journal) => unknown): string[] {
    this.#asked.clear();
    run(this.#journal);
    assert(this.#asked.size > 0, "it asks the database");
    return Array.from(this.#asked)
      .flatMap((sql) => this.#database.prepare(`EXPLAIN QUERY PLAN ${sql}`).all())
      .map(({ detail }) => String(detail))
      .filter((step) => this.#isScan(step) || step.includes("TEMP B-TREE"));
  }

  #isScan(step: string): boolean {
    const [, table = ""] = /^SCAN (\w+)/.exec(step) ?? [];
    const isTable = "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?";
    return this.#database.prepare(isTable).get(table) !== undefined;
  }

  [Symbol.dispose](): void {
    this.#database.close();
  }
}

type Case = readonly [what: string, run: (journal: Journal) => unknown];

const CASES: readonly Case[] = [
  ["EventTable.lastSeq()", ({ events }) => events.lastSeq()],
  ["EventTable.lastBefore()", ({ events }) => events.lastBefore(2e12)],
  ["EventTable.findDelivery()", ({ events }) => events.findDelivery("dev", "d", 0)],
  ["EventTable.findDigest()", ({ events }) => events.findDigest("source:ci", "d", 0)],
  ["EventTable.releaseHeld()", ({ events }) => events.releaseHeld()],
  ["EventTable.release()", ({ events }) => events.release([1, 2])],
  ["EventTable.withhold()", ({ events }) => events.withhold([1, 2])],
  ["EventTable.gather()", ({ events }) => events.gather([1, 2], 3)],
  ["EventTable.get()", ({ events }) => events.get(1)],
  ["EventTable.raw()", ({ events }) => events.raw(1)],
  ["EventTable.senderOf()", ({ events }) => events.senderOf(1)],
  ["EventTable.change()", ({ events }) => events.change(1, "answer", 0)],
  ["EventTable.annotate()", ({ events }) => events.annotate(1, "")],
  ["EventTable.giveBack()", ({ events }) => events.giveBack(1)],
  ["EventTable.claim()", ({ events }) => events.claim(1, 0, 100)],
  ["EventTable.reclaim()", ({ events }) => events.reclaim(1, 0, 0, 100)],
  ["EventTable.sessionsOf()", ({ events }) => events.sessionsOf("stored")],
  ["EventTable.waiting()", ({ events }) => events.waiting("stored", 1, 0, 500)],
  ["EventTable.assign()", ({ events }) => events.assign([1, 2], 1)],
  ["EventTable.open()", ({ events }) => events.open(1, 5)],
  ["EventTable.list()", ({ events }) => events.list({ limit: 20 })],
  [
    "EventTable.list() of states",
    ({ events }) => events.list({ states: EVENT_STATES, limit: 20 }),
  ],
  [
    "EventTable.list() of sessions",
    ({ events }) => events.list({ states: EVENT_STATES, sessions: [1, null], limit: 20 }),
  ],
  ["EventTable.expire()", ({ events }) => events.expire(0, 0, 128)],
  ["EventTable.deleteClosed()", ({ events }) => events.deleteClosed(0, 0, 128)],
  ["OutboundTable.lastId()", ({ outbound }) => outbound.lastId()],
  ["OutboundTable.after()", ({ outbound }) => outbound.after(1, 100)],
  ["FailureTable.has()", ({ failures }) => failures.has({ source: "ci", subject: "s" })],
  [
    "FailureTable.note()",
    ({ failures }) => failures.note({ source: "ci", subject: "s", hasFailed: false }, 0),
  ],
  ["SessionTable.get()", ({ sessions }) => sessions.get(1)],
  ["PermissionTable.find()", ({ permissions }) => permissions.find("abcde")],
  [
    "PermissionTable.findCalled()",
    ({ permissions }) => permissions.findCalled({ session: 1, name: "reply", ids: [], nowMs: 0 }),
  ],
  ["PermissionTable.close()", ({ permissions }) => permissions.close(1, 0)],
  ["PermissionTable.claimVerdicts()", ({ permissions }) => permissions.claimVerdicts(1, 0)],
];

for (const [what, run] of CASES) {
  Deno.test(`${what} scans no table and sorts in no temporary tree [journal.indexes]`, () => {
    using planned = new PlannedJournal();
    assertEquals(planned.slowStepsOf(run), []);
  });
}

/** Statements that read the oldest or the newest rows by their key, up to a limit. */
const IN_ORDER: readonly Case[] = [
  ["events", ({ events }) => [events.oldestAt(), events.deleteOldest(0, 128)]],
  ["outbound", ({ outbound }) => [outbound.oldestAt(), outbound.deleteBefore(0, 128)]],
  ["permissions", (journal) => {
    const { permissions } = journal;
    return [permissions.oldestAt(), permissions.deleteBefore(0, 128), permissions.list(50)];
  }],
  ["sessions", ({ sessions }) => [sessions.deleteBefore(0, 128), sessions.list(50)]],
  ["audit", ({ audit }) => [audit.oldestAt(), audit.deleteBefore(0, 128), audit.list(50)]],
];

for (const [table, run] of IN_ORDER) {
  Deno.test(`what reads the ends of ${table} sorts in no temporary tree [journal.indexes]`, () => {
    using planned = new PlannedJournal();
    const steps = planned.slowStepsOf(run);
    assertEquals([...new Set(steps)], [`SCAN ${table}`]);
  });
}

Deno.test("SessionTable.open() reads the index of open sessions only [journal.indexes]", () => {
  using planned = new PlannedJournal();
  const steps = planned.slowStepsOf(({ sessions }) => sessions.open());
  assertEquals(steps.map((step) => step.includes("sessions_open")), [true]);
});
