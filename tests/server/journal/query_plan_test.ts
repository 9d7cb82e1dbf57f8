import { assertEquals } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import { EVENT_STATES } from "../../../lib/event/event_state.ts";
import { Journal } from "../../../server/journal/journal.ts";
import { REQUEST } from "../_port.ts";

/** A journal in memory that tells how the database goes about what it is asked. */
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

  /** How rows are found, each way once, and what is sorted besides. */
  stepsOf(run: (journal: Journal) => unknown): string[] {
    this.#asked.clear();
    run(this.#journal);
    const steps = Array.from(this.#asked).flatMap((sql) =>
      this.#database.prepare(`EXPLAIN QUERY PLAN ${sql}`).all().map(({ detail }) => String(detail))
    );
    const read = steps.filter((step) => /^(SEARCH|SCAN (?!found)|USE TEMP)/.test(step));
    return [...new Set(read.map((step) => step.replace(/ EXISTS| COVERING| LEFT-JOIN/g, "")))]
      .sort();
  }

  [Symbol.dispose](): void {
    this.#database.close();
  }
}

const BY_KEY = "SEARCH events USING INTEGER PRIMARY KEY (rowid=?)";
const BEFORE_KEY = "SEARCH events USING INTEGER PRIMARY KEY (rowid<?)";
const AFTER_KEY = "SEARCH events USING INTEGER PRIMARY KEY (rowid>?)";
const BODY_BY_KEY = "SEARCH bodies USING INTEGER PRIMARY KEY (rowid=?)";
const EACH = "SCAN json_each VIRTUAL TABLE INDEX 1:";
const OF_SUBJECT = "SEARCH failures USING PRIMARY KEY (source=? AND subject=?)";
const OF_SESSION = "SEARCH events USING INDEX events_by_state (state=? AND session=?)";

type Case = readonly [what: string, run: (journal: Journal) => unknown, steps: readonly string[]];

const CASES: readonly Case[] = [
  ["EventTable.lastSeq()", ({ events }) => events.lastSeq(), ["SEARCH events"]],
  [
    "EventTable.findDelivery()",
    ({ events }) => events.findDelivery("dev", "d", 0),
    ["SEARCH events USING INDEX events_by_delivery (sender=? AND delivery=? AND stored_at>?)"],
  ],
  [
    "EventTable.findDigest()",
    ({ events }) => events.findDigest("source:ci", "d", 0),
    ["SEARCH events USING INDEX events_by_digest (sender=? AND digest=? AND stored_at>?)"],
  ],
  ["EventTable.releaseHeld()", ({ events }) => events.releaseHeld(), [OF_SESSION]],
  [
    "EventTable.gather()",
    ({ events }) => events.gather([1, 2], 3),
    [EACH, BY_KEY],
  ],
  ["EventTable.get()", ({ events }) => events.get(1), [BY_KEY]],
  ["EventTable.raw()", ({ events }) => events.raw(1), [BODY_BY_KEY, BY_KEY]],
  ["EventTable.senderOf()", ({ events }) => events.senderOf(1), [BY_KEY]],
  ["EventTable.change()", ({ events }) => events.change(1, "answer", 0), [BY_KEY]],
  ["EventTable.annotate()", ({ events }) => events.annotate(1, ""), [BY_KEY]],
  ["EventTable.giveBack()", ({ events }) => events.giveBack(1), [BY_KEY]],
  ["EventTable.claim()", ({ events }) => events.claim(1, 0, 100), [OF_SESSION, BY_KEY]],
  ["EventTable.reclaim()", ({ events }) => events.reclaim(1, 0, 0, 100), [OF_SESSION, BY_KEY]],
  [
    "EventTable.sessionsOf()",
    ({ events }) => events.sessionsOf("stored"),
    [
      OF_SESSION,
      "SEARCH events USING INDEX events_by_state (state=? AND session>?)",
      "SEARCH events USING INDEX events_by_state (state=?)",
    ],
  ],
  [
    "EventTable.waiting()",
    ({ events }) => [events.waiting("stored", 1, 0, 500), events.waiting("pushed", null, 0, 500)],
    ["SEARCH events USING INDEX events_by_state (state=? AND session=? AND rowid<?)"],
  ],
  [
    "EventTable.assign()",
    ({ events }) => events.assign([1, 2], 1),
    [EACH, BY_KEY],
  ],
  ["EventTable.open()", ({ events }) => events.open(1, 5), [OF_SESSION]],
  [
    "EventTable.list() of a session",
    ({ events }) => events.list({ states: EVENT_STATES, sessions: [1, null], limit: 20 }),
    ["SEARCH events USING INDEX events_by_state (state=? AND session=? AND rowid<?)", BY_KEY],
  ],
  ["EventTable.list()", ({ events }) => events.list({ limit: 20 }), [BEFORE_KEY]],
  [
    "EventTable.expire()",
    ({ events }) => events.expire(0, 0, 128),
    [BEFORE_KEY, AFTER_KEY, BY_KEY, EACH, BODY_BY_KEY],
  ],
  [
    "EventTable.deleteClosed()",
    ({ events }) => events.deleteClosed(0, 128),
    [BEFORE_KEY, AFTER_KEY, BY_KEY],
  ],
  [
    "EventTable.deleteOldest()",
    ({ events }) => events.deleteOldest(0, 128),
    ["SCAN (subquery-1)", "SCAN events", BY_KEY],
  ],
  ["OutboundTable.lastId()", ({ outbound }) => outbound.lastId(), ["SEARCH outbound"]],
  [
    "OutboundTable.after()",
    ({ outbound }) => outbound.after(1, 100),
    ["SEARCH outbound USING INTEGER PRIMARY KEY (rowid>?)"],
  ],
  [
    "FailureTable.has()",
    ({ failures }) => failures.has({ source: "ci", subject: "s" }),
    [OF_SUBJECT],
  ],
  [
    "FailureTable.note()",
    ({ failures }) => failures.note({ source: "ci", subject: "s", hasFailed: false }, 0),
    [OF_SUBJECT],
  ],
  [
    "SessionTable.open()",
    ({ sessions }) => sessions.open(),
    ["SCAN sessions USING INDEX sessions_open"],
  ],
  [
    "PermissionTable.find()",
    ({ permissions }) => permissions.find("abcde"),
    [
      "SEARCH permissions USING INDEX permissions_by_request (request=?)",
      "SEARCH sessions USING INTEGER PRIMARY KEY (rowid=?)",
    ],
  ],
  [
    "PermissionTable.findCalled()",
    ({ permissions }) => permissions.findCalled({ session: 1, name: "reply", ids: [], nowMs: 0 }),
    ["SEARCH permissions USING INDEX permissions_open (session=?)"],
  ],
  [
    "PermissionTable.close()",
    ({ permissions }) => permissions.close(1, 0),
    ["SEARCH permissions USING INTEGER PRIMARY KEY (rowid=?)"],
  ],
  [
    "PermissionTable.claimVerdicts()",
    ({ permissions }) => permissions.claimVerdicts(1, 0),
    ["SEARCH permissions USING INDEX permissions_to_deliver (session=?)"],
  ],
];

for (const table of ["events", "outbound", "permissions", "audit"] as const) {
  Deno.test(`oldestAt() of ${table} reads some rows in order [journal.indexes]`, () => {
    using planned = new PlannedJournal();
    const steps = planned.stepsOf((journal) => journal[table].oldestAt());
    assertEquals(steps, [`SCAN ${table}`, "SEARCH (subquery-1)"]);
  });
}

for (const table of ["outbound", "permissions", "sessions", "audit"] as const) {
  Deno.test(`deleteBefore() of ${table} reads some rows in order [journal.indexes]`, () => {
    using planned = new PlannedJournal();
    assertEquals(planned.stepsOf((journal) => journal[table].deleteBefore(0, 128)), [
      "SCAN (subquery-1)",
      `SCAN ${table}`,
      `SEARCH ${table} USING INTEGER PRIMARY KEY (rowid=?)`,
    ]);
  });
}

for (const [what, run, steps] of CASES) {
  Deno.test(`${what} goes along an index [journal.indexes]`, () => {
    using planned = new PlannedJournal();
    assertEquals(planned.stepsOf(run), steps.toSorted());
  });
}
