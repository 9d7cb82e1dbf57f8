import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import { Journal } from "../../server/journal.ts";
import { JournalError } from "../../server/journal_error.ts";
import { JournalKeeper } from "../../server/journal_keeper.ts";
import { JournalPruner } from "../../server/journal_pruner.ts";
import { MIGRATIONS } from "../../server/journal_schema.ts";
import { journalPathOf, listCorruptJournals } from "../../server/state_folder.ts";
import { until } from "../_until.ts";
import { MemoryJournal } from "./_memory_journal.ts";
import { createScratch } from "./_scratch.ts";

const DAY_MS = 86_400_000;
const NOW = Date.UTC(2026, 10, 21);

function createLog() {
  const lines: string[] = [];
  const log = (line: string) => void lines.push(line);
  return { lines, info: log, warn: log };
}

function createKeeper(options: { stateDir?: string; now?: () => number } = {}) {
  const log = createLog();
  let usable = 0;
  const stateDir = options.stateDir ?? `${createScratch()}/state`;
  const keeper = new JournalKeeper({
    ...options,
    stateDir,
    durability: "normal",
    log,
    onUsable: () => usable++,
  });
  return { keeper, log, stateDir, path: journalPathOf(stateDir), usable: () => usable };
}

function modeOf(path: string): string {
  return ((Deno.statSync(path).mode ?? 0) & 0o777).toString(8);
}

const EVENT = { seq: 1, session: null, storedAt: 1, source: "text", sender: "dev", meta: "{}" };

Deno.test("the journal's folder and files are readable by their user only [journal.private]", () => {
  const { keeper, stateDir, path } = createKeeper();
  keeper.use(({ sessions }) =>
    sessions.start({ key: "k", project: "p", repository: null, pid: 1 }, 1)
  );
  assertEquals(modeOf(stateDir), "700");
  for (const ending of ["", "-wal", "-shm"]) assertEquals(modeOf(path + ending), "600", ending);
  keeper.close();
});

Deno.test("Journal.open() keeps what was committed, in WAL mode, with the durability that was asked for", () => {
  const path = `${createScratch()}/journal.db`;
  for (const [durability, synchronous] of [["normal", 1], ["full", 2]] as const) {
    const journal = Journal.open(path, { durability });
    if (durability === "normal") journal.events.insert({ ...EVENT, state: "stored", content: "a" });
    assertEquals(journal.events.get(1)?.content, "a");
    assertEquals(journal.synchronous(), synchronous);
    journal.close();
    journal.close();
  }
  const database = new DatabaseSync(path);
  assertEquals(database.prepare("PRAGMA journal_mode").get()?.journal_mode, "wal");
  assertEquals(database.prepare("PRAGMA user_version").get()?.user_version, MIGRATIONS.length);
  database.close();
});

Deno.test("Journal.open() refuses a newer schema and leaves the file as it is [journal.newer-schema]", () => {
  const { keeper, stateDir, path, log } = createKeeper();
  keeper.use((journal) => journal.dataVersion());
  keeper.close();
  const database = new DatabaseSync(path);
  database.exec(`PRAGMA user_version = ${MIGRATIONS.length + 1}`);
  database.close();
  const error = assertThrows(() => Journal.open(path, { durability: "normal" }), JournalError);
  assertStringIncludes(error.message, `has version ${MIGRATIONS.length + 1}`);
  assertStringIncludes(error.message, "Update deno-channel");
  assertEquals(error.isCorrupt, false);
  assertEquals([listCorruptJournals(stateDir), log.lines], [[], []]);
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

Deno.test("JournalKeeper moves a corrupt file aside, only for the holder of the port, and says so [journal.corrupt]", async () => {
  const stateDir = createScratch();
  const garbage = "this is no database".repeat(100);
  Deno.writeTextFileSync(journalPathOf(stateDir), garbage);
  const { keeper, log, usable } = createKeeper({ stateDir, now: () => NOW });
  const error = assertThrows(() => keeper.use((journal) => journal.dataVersion()), JournalError);
  assert(error.isCorrupt);
  assertEquals(listCorruptJournals(stateDir), []);
  assertEquals([keeper.isUsable, usable()], [false, 0]);
  keeper.close();

  const owner = createKeeper({ stateDir, now: () => NOW });
  owner.keeper.mayReplace = true;
  owner.keeper.use((journal) => journal.dataVersion());
  const [aside] = listCorruptJournals(stateDir);
  assertEquals(aside, "journal.db.corrupt-20261121T000000Z");
  assertEquals(Deno.readTextFileSync(`${stateDir}/${aside}`), garbage);
  assertStringIncludes(owner.log.lines.join(), `${stateDir}/${aside}`);
  await until("it is told", () => owner.usable() === 1);
  owner.keeper.close();
  assertEquals(log.lines.length, 1);
});

Deno.test("JournalKeeper says what is wrong once a minute, and tries again [journal.failure]", async () => {
  const folder = createScratch();
  const stateDir = `${folder}/file/state`;
  Deno.writeTextFileSync(`${folder}/file`, "not a folder");
  let now = NOW;
  const { keeper, log, usable } = createKeeper({ stateDir, now: () => now });
  const attempt = () => keeper.use((journal) => journal.dataVersion());
  for (let i = 0; i < 5; i++) assertThrows(attempt, JournalError, "Cannot use the journal");
  assertEquals(log.lines.length, 1);
  now += 60_000;
  assertThrows(attempt, JournalError);
  assertEquals([log.lines.length, keeper.isUsable], [2, false]);
  Deno.removeSync(`${folder}/file`);
  assertThrows(attempt, JournalError, undefined, "not within a second of the last attempt");
  now += 1000;
  attempt();
  assertEquals(keeper.isUsable, true);
  await until("it is told", () => usable() === 1);
  keeper.close();
  assertThrows(attempt, JournalError, "it is closed");
});

Deno.test("JournalKeeper.refresh() opens the file that has taken the place", () => {
  const { keeper, path } = createKeeper();
  keeper.use(({ events }) => events.insert({ ...EVENT, state: "stored", content: "" }));
  keeper.refresh();
  assertEquals(keeper.use(({ events }) => events.lastSeq()), 1);
  for (const ending of ["", "-wal", "-shm"]) Deno.renameSync(path + ending, `${path}.old${ending}`);
  keeper.refresh();
  assertEquals(keeper.use(({ events }) => events.lastSeq()), 0);
  keeper.close();
});

Deno.test("JournalPruner keeps the journal within its age [journal.retention]", () => {
  using memory = new MemoryJournal();
  const { journal } = memory;
  const log = createLog();
  const pruner = new JournalPruner({
    keeper: memory,
    log,
    retainMs: 30 * DAY_MS,
    retainBytes: 1e12,
  });
  const seqOf = (ms: number) => (ms - Date.UTC(2025)) * 4096;
  const old = NOW - 31 * DAY_MS;
  for (let i = 0; i < 300; i++) {
    const state = i % 2 === 0 ? "seen" : "stored";
    journal.events.insert({ ...EVENT, seq: seqOf(old) + i, state, storedAt: old, content: "old" });
  }
  journal.events.insert({ ...EVENT, seq: seqOf(NOW), state: "stored", content: "new" });
  journal.outbound.insert({ kind: "reply", chat_id: "c", text: "t" }, {
    session: null,
    recipient: null,
    nowMs: old,
  });
  for (let i = 0; i < 5; i++) pruner.prune(NOW);
  const events = journal.events.list({ limit: 1000 });
  assertEquals(events.length, 151);
  assertEquals(events.map(({ state }) => state).filter((s) => s === "expired").length, 150);
  assertEquals(journal.outbound.lastId(), 0);
  assertStringIncludes(log.lines[0] ?? "", "events that nobody has seen were given up");
  for (let i = 0; i < 5; i++) pruner.prune(NOW + 31 * DAY_MS + i * 10_000);
  assertEquals(journal.events.list({ limit: 1000 }).map(({ state }) => state), ["expired"]);
});

Deno.test("JournalPruner keeps the journal within its size: nearly while events come in, wholly after [journal.retention]", async () => {
  using memory = new MemoryJournal();
  const { journal } = memory;
  const log = createLog();
  const retainBytes = 1024 * 1024;
  const pruner = new JournalPruner({ keeper: memory, log, retainMs: 1e15, retainBytes });
  const content = "x".repeat(1024);
  for (let round = 0; round < 100; round++) {
    for (let i = 1; i <= 64; i++) {
      journal.events.insert({ ...EVENT, seq: round * 64 + i, state: "seen", content });
      pruner.noteEvent();
    }
    await new Promise((resolve) => setImmediate(resolve));
  }
  assert(journal.usedBytes() < retainBytes * 1.4, `${journal.usedBytes()} bytes`);
  assertEquals(journal.events.lastSeq(), 6400);
  await until("the rest is removed", () => journal.usedBytes() <= retainBytes);
  assertEquals(journal.events.lastSeq(), 6400);
  pruner.close();
});

Deno.test("JournalPruner removes old replies before events that came after them", () => {
  using memory = new MemoryJournal();
  const { journal } = memory;
  const text = "x".repeat(1024);
  for (let i = 0; i < 2000; i++) {
    const about = { session: null, recipient: null, nowMs: i };
    journal.outbound.insert({ kind: "reply", chat_id: "c", text }, about);
  }
  journal.events.insert({ ...EVENT, seq: 1, storedAt: 1e6, state: "stored", content: "new" });
  const pruner = new JournalPruner({
    keeper: memory,
    log: createLog(),
    retainMs: 1e15,
    retainBytes: 1024 * 1024,
  });
  for (let i = 0; i < 20; i++) pruner.prune(NOW + i);
  assert(journal.usedBytes() <= 1024 * 1024, `${journal.usedBytes()} bytes`);
  assertEquals(journal.events.get(1)?.content, "new");
});
