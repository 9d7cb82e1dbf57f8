import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import { Journal } from "../../../server/journal/journal.ts";
import { JournalError } from "../../../server/journal/error.ts";
import { MIGRATIONS } from "../../../server/journal/schema.ts";
import { listCorruptJournals } from "../../../server/state/folder.ts";
import { createKeeper } from "../_journal_keeper.ts";
import { createDiskFullError, MemoryJournal } from "../_memory_journal.ts";
import { createScratch } from "../_scratch.ts";

function modeOf(path: string): string {
  return ((Deno.statSync(path).mode ?? 0) & 0o777).toString(8);
}

const EVENT = { seq: 1, session: null, storedAt: 1, source: "text", sender: "dev", meta: "{}" };

Deno.test("the journal's folder and files are readable by their user only [journal.private]", () => {
  const { keeper, stateDir, path } = createKeeper();
  keeper.write(({ sessions }) =>
    sessions.start({ key: "k", project: "p", repository: null, pid: 1 }, 1)
  );
  assertEquals(modeOf(stateDir), "700");
  for (const ending of ["", "-wal", "-shm"]) assertEquals(modeOf(path + ending), "600", ending);
  keeper.close();
});

Deno.test("Journal.open() keeps what was committed, in WAL mode", () => {
  const path = `${createScratch()}/journal.db`;
  for (const durability of ["normal", "full"] as const) {
    const journal = Journal.open(path, { durability });
    if (durability === "normal") journal.events.insert({ ...EVENT, state: "stored", content: "a" });
    assertEquals(journal.events.get(1)?.content, "a");
    journal.close();
    journal.close();
  }
  const database = new DatabaseSync(path);
  assertEquals(database.prepare("PRAGMA journal_mode").get()?.journal_mode, "wal");
  assertEquals(database.prepare("PRAGMA user_version").get()?.user_version, MIGRATIONS.length);
  database.close();
});

Deno.test("Journal.on() has commits survive what was asked for", () => {
  for (const [durability, synchronous] of [["normal", 1], ["full", 2]] as const) {
    using database = new DatabaseSync(":memory:");
    Journal.on(database, "memory", { durability });
    assertEquals(database.prepare("PRAGMA synchronous").get()?.synchronous, synchronous);
  }
});

Deno.test("Journal.on() says that the disk is full, which has ended the transaction [journal.failure]", () => {
  using memory = new DatabaseSync(":memory:");
  const database = {
    prepare: (sql: string) => memory.prepare(sql),
    exec: (sql: string) => {
      memory.exec(sql);
      if (!sql.startsWith("CREATE TABLE")) return;
      memory.exec("ROLLBACK");
      throw createDiskFullError();
    },
    get isTransaction() {
      return memory.isTransaction;
    },
  };
  assertThrows(() => Journal.on(database as DatabaseSync, "memory"), Error, "disk is full");
});

Deno.test("Journal.open() refuses a newer schema and leaves the file as it is [journal.newer-schema]", () => {
  const { keeper, stateDir, path, lines } = createKeeper();
  keeper.read((journal) => journal.dataVersion());
  keeper.close();
  const database = new DatabaseSync(path);
  database.exec(`PRAGMA user_version = ${MIGRATIONS.length + 1}`);
  database.close();
  const error = assertThrows(() => Journal.open(path, { durability: "normal" }), JournalError);
  assertStringIncludes(error.message, `has version ${MIGRATIONS.length + 1}`);
  assertStringIncludes(error.message, "Update deno-channel");
  assertEquals(error.isCorrupt, false);
  assertEquals([listCorruptJournals(stateDir), lines], [[], []]);
});

Deno.test("Journal.on() takes over what earlier versions wrote, and what they write from then on [journal.migration]", () => {
  for (const version of MIGRATIONS.keys()) {
    using database = new DatabaseSync(":memory:");
    for (const migration of MIGRATIONS.slice(0, version)) database.exec(migration);
    database.exec(`PRAGMA user_version = ${version}`);
    const write = (seq: number) =>
      database.prepare(
        `INSERT INTO events (seq, state, attempts, stored_at, source, sender, meta, content, raw)
         VALUES (?, 'stored', 0, 1, 'text', 'dev', '{}', 'text', x'0102')`,
      ).run(seq);
    if (version > 0) write(1);
    const { events } = Journal.on(database, "memory");
    write(2);
    for (const seq of version > 0 ? [1, 2] : [2]) {
      assertEquals([events.get(seq)?.content, events.raw(seq)], ["text", Uint8Array.of(1, 2)]);
    }
    assertEquals(events.expire(3, 1, 1), 1);
    assertEquals([events.raw(1), events.raw(version > 0 ? 1 : 2)], [undefined, undefined]);
  }
});

/** The statements of version 0.4.2, with the schema of version 4, for events of bursts. */
const VERSION_4 = {
  insert:
    `INSERT INTO events (seq, state, session, attempts, stored_at, source, sender, meta, content)
           VALUES (?, 'stored', ?, 0, 1, 'github', 'source:ci', '{}', 'text')`,
  assign: `UPDATE events NOT INDEXED SET session = ?, state = 'stored'
           WHERE seq IN (SELECT value FROM json_each(?)) AND state IN ('stored', 'pushed')`,
  gather: `UPDATE events NOT INDEXED SET state = 'filtered', rule = 'gathered'
           WHERE seq IN (SELECT value FROM json_each(?)) AND state = 'stored'`,
  releaseHeld: "UPDATE events SET session = NULL WHERE state = 'stored' AND session = 0",
  claim: `UPDATE events SET state = 'pushed', pushed_at = 1, attempts = attempts + 1
          WHERE seq IN (SELECT seq FROM events WHERE state = 'stored' AND session = ?
                        ORDER BY seq LIMIT 100)
          RETURNING seq`,
};

Deno.test("an owner of version 0.4.2 goes on to hold and withhold events in a migrated journal [journal.migration]", () => {
  const path = `${createScratch()}/journal.db`;
  using earlier = new DatabaseSync(path);
  for (const migration of MIGRATIONS.slice(0, 4)) earlier.exec(migration);
  earlier.exec("PRAGMA journal_mode = WAL; PRAGMA user_version = 4");
  const [held, withheld, none] = [0, -1, null] as const;
  const insert = earlier.prepare(VERSION_4.insert);
  const assign = earlier.prepare(VERSION_4.assign);
  const gather = earlier.prepare(VERSION_4.gather);
  for (
    const [seq, session] of [[1, held], [2, held], [3, held], [4, withheld], [5, none]] as const
  ) {
    insert.run(seq, session);
  }
  const journal = Journal.open(path, { durability: "normal" });
  const { events } = journal;
  const placesOf = (...seqs: number[]) =>
    seqs.map((seq) => events.get(seq)).map((event) => [event?.state, event?.session]);
  assertEquals(placesOf(4, 5), [["withheld", null], ["stored", null]]);
  // The owner still holds what it held before, and what it holds from now on.
  insert.run(6, held);
  gather.run("[1]");
  assign.run(none, "[2]");
  assign.run(withheld, "[3,6]");
  assertEquals(placesOf(1, 2, 3, 6), [
    ["filtered", 0],
    ["stored", null],
    ["withheld", null],
    ["withheld", null],
  ]);
  // A session of that version claims its events, and none that is held or withheld.
  events.insert({ ...EVENT, seq: 7, state: "stored", session: 9, content: "" });
  events.insert({ ...EVENT, seq: 8, state: "held", content: "" });
  assertEquals(earlier.prepare(VERSION_4.claim).all(9).map(({ seq }) => seq), [7]);
  // An owner of this version releases its events when it ends, and the next one finds no other.
  events.releaseHeld();
  earlier.exec(VERSION_4.releaseHeld);
  assertEquals(placesOf(4, 8), [["withheld", null], ["stored", null]]);
  journal.close();
});

Deno.test("Journal.transaction() commits all or nothing", () => {
  using memory = new MemoryJournal();
  const { journal } = memory;
  assertThrows(
    () =>
      journal.transaction(() => {
        journal.events.insert({ ...EVENT, state: "stored", content: "" });
        throw new Error("no");
      }),
    Error,
    "no",
  );
  assertEquals(journal.events.lastSeq(), 0);
  assertEquals(journal.transaction(() => 7), 7);
});

Deno.test("Journal.secret() is one for all processes of a state folder", () => {
  const path = `${createScratch()}/journal.db`;
  const [a, b] = [1, 2].map(() => Journal.open(path, { durability: "normal" }));
  assertEquals(a?.secret(() => "first"), "first");
  assertEquals(b?.secret(() => "second"), "first");
  a?.transaction(() => assertEquals(b?.secret(() => "third"), "first", "while a writes"));
  a?.close();
  b?.close();
});

Deno.test("Journal.dataVersion() changes when another process has committed", () => {
  const path = `${createScratch()}/journal.db`;
  const [a, b] = [1, 2].map(() => Journal.open(path, { durability: "normal" }));
  const before = a?.dataVersion();
  a?.events.insert({ ...EVENT, state: "stored", content: "" });
  assertEquals(a?.dataVersion(), before);
  b?.events.change(1, "see", 1);
  assert(a?.dataVersion() !== before);
  a?.close();
  b?.close();
});

Deno.test("SessionTable.start() gives no number that a session of another journal has [journal.corrupt]", () => {
  const numbers = [1e12, 1e12 + 5000].flatMap((now) => {
    using memory = new MemoryJournal();
    // Two at the same time, and one after the clock was set back.
    return [now, now, now - 1000].map((nowMs) => memory.startSession("web", nowMs));
  });
  assertEquals(numbers, numbers.toSorted((a, b) => a - b));
  assertEquals(new Set(numbers).size, 6);
});
