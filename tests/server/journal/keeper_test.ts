import { assert, assertEquals, assertMatch, assertStringIncludes, assertThrows } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import type { Journal } from "../../../server/journal/journal.ts";
import { JournalError } from "../../../server/journal/error.ts";
import { journalPathOf, listCorruptJournals } from "../../../server/state/folder.ts";
import { createKeeper } from "../_journal_keeper.ts";
import { createDiskFullError } from "../_memory_journal.ts";
import { createScratch } from "../_scratch.ts";

const EVENT = { session: null, storedAt: 1, source: "text", sender: "dev", meta: "{}" };

function insert(seq: number) {
  return ({ events }: Journal) => events.insert({ ...EVENT, seq, state: "stored", content: "" });
}

function lastSeq({ events }: Journal): number {
  return events.lastSeq();
}

function readVersion(journal: Journal): number {
  return journal.dataVersion();
}

function fillDisk(): never {
  throw createDiskFullError();
}

Deno.test("JournalKeeper moves a corrupt file aside, only for the owner of the port, and says so [journal.corrupt]", () => {
  const stateDir = createScratch();
  const garbage = "this is no database".repeat(100);
  Deno.writeTextFileSync(journalPathOf(stateDir), garbage);
  using follower = createKeeper({ stateDir });
  const error = assertThrows(() => follower.keeper.read(readVersion), JournalError);
  assert(error.isCorrupt);
  assertEquals(listCorruptJournals(stateDir), []);
  assertEquals([follower.keeper.isUsable, follower.usable()], [false, 0]);

  using owner = createKeeper({ stateDir });
  let replaced = 0;
  owner.keeper.onReplaced = () => void replaced++;
  owner.keeper.read(readVersion);
  const [aside] = listCorruptJournals(stateDir);
  assertMatch(aside ?? "", /^journal\.db\.corrupt-\d{8}T\d{6}Z$/);
  assertEquals(Deno.readTextFileSync(`${stateDir}/${aside}`), garbage);
  assertStringIncludes(owner.lines.join(), `${stateDir}/${aside}`);
  owner.pass(0);
  assertEquals([replaced, owner.usable(), follower.lines.length], [1, 1, 1]);
  follower.pass(1000);
  assertEquals([follower.keeper.isUsable, follower.usable()], [true, 1]);
});

Deno.test("JournalKeeper says what is wrong once a minute, and tries again by itself [journal.failure]", () => {
  const folder = createScratch();
  Deno.writeTextFileSync(`${folder}/file`, "not a folder");
  using fixture = createKeeper({ stateDir: `${folder}/file/state` });
  const { keeper, lines, pass, usable } = fixture;
  const attempt = () => keeper.write(insert(1));
  for (let i = 0; i < 5; i++) assertThrows(attempt, JournalError, "Cannot use the journal");
  assertEquals(lines.length, 1);
  pass(60_000);
  assertThrows(attempt, JournalError);
  assertEquals([lines.length, keeper.isUsable], [2, false]);
  Deno.removeSync(`${folder}/file`);
  assertThrows(attempt, JournalError, undefined, "not within a second of the last attempt");
  pass(2000);
  assertEquals([keeper.isUsable, usable()], [true, 1]);
  attempt();
  keeper.close();
  assertThrows(attempt, JournalError, "it is closed");
});

Deno.test("JournalKeeper announces nothing after a read, and a write at most once a second, by a timer [journal.starve]", () => {
  let failing = true;
  let announced = 0;
  using fixture = createKeeper({
    // The tools and the takeover of the port do the same: they read, and then write.
    onUsable() {
      announced++;
      keeper.read(lastSeq);
      try {
        keeper.write(failing ? fillDisk : insert(2));
      } catch (error) {
        assert(error instanceof JournalError);
      }
    },
  });
  const { keeper, pass, timers } = fixture;
  keeper.write(insert(1));
  assertEquals(timers.size, 0, "nothing to announce");
  assertThrows(() => keeper.write(fillDisk), JournalError, "full");
  for (let i = 0; i < 100; i++) assertEquals(keeper.read(lastSeq), 1);
  assertEquals([keeper.isUsable, announced], [false, 0]);
  // Each second, the row of the probe fits and the next one does not.
  pass(60_000);
  assert(announced > 10 && announced <= 60, `${announced} times in a minute`);
  failing = false;
  pass(2000);
  const before = announced;
  pass(60_000);
  assertEquals([keeper.isUsable, announced, timers.size], [true, before, 0]);
});

Deno.test("JournalKeeper fails writes at once for a second after one has failed; reads go on [journal.starve]", () => {
  using fixture = createKeeper();
  const { keeper, pass, path } = fixture;
  keeper.write(insert(1));
  using foreign = new DatabaseSync(path);
  foreign.exec("BEGIN EXCLUSIVE");
  const timeOf = (run: () => void) => {
    const start = performance.now();
    run();
    return performance.now() - start;
  };
  const failToWrite = () => void assertThrows(() => keeper.write(insert(2)), JournalError, "holds");
  assert(timeOf(failToWrite) > 300, "the first one waits for the lock");
  let ran = 0;
  for (let i = 0; i < 100; i++) {
    assertThrows(() => keeper.write(() => ran++), JournalError);
    assertEquals(keeper.read(lastSeq), 1);
  }
  assertEquals(ran, 0);
  const laterMs = timeOf(() => pass(5000));
  assert(laterMs < 1000, `five probes took ${laterMs} ms`);
  foreign.exec("ROLLBACK");
  pass(1000);
  assertEquals(keeper.isUsable, true);
  keeper.write(insert(2));
  foreign.exec("BEGIN EXCLUSIVE");
  assert(timeOf(() => void assertThrows(() => keeper.write(insert(3)))) > 300, "it waits again");
});

Deno.test("JournalKeeper does not take a write that changes nothing for a sign that there is room [journal.starve]", () => {
  using fixture = createKeeper();
  const { keeper, pass } = fixture;
  keeper.write(insert(1));
  assertThrows(() => keeper.write(fillDisk), JournalError);
  pass(999);
  assertThrows(() => keeper.write(({ sessions }) => sessions.touch(1, 1)), JournalError);
  fixture.timers.clear();
  pass(1);
  keeper.write(({ sessions }) => sessions.touch(1, 1));
  assertEquals(keeper.isUsable, false);
  keeper.write(insert(2));
  assertEquals(keeper.isUsable, true);
});

Deno.test("JournalKeeper goes on after a fault of one statement [journal.failure]", () => {
  using fixture = createKeeper();
  const { keeper } = fixture;
  keeper.write(insert(1));
  assertThrows(() => keeper.write(insert(1)), JournalError);
  assertEquals([keeper.isUsable, fixture.timers.size], [true, 0]);
  keeper.write(insert(2));
});

Deno.test("JournalKeeper.hurry() has the last writes wait a quarter of a second for a lock, and no longer [lifetime.signals]", () => {
  using fixture = createKeeper();
  const { keeper, path } = fixture;
  keeper.write(insert(1));
  using foreign = new DatabaseSync(path);
  foreign.exec("BEGIN EXCLUSIVE");
  keeper.hurry();
  const start = performance.now();
  assertThrows(() => keeper.write(insert(2)), JournalError);
  assertThrows(() => keeper.write(insert(3)), JournalError);
  assert(performance.now() - start < 1000);
});

/** The ways in which the state folder goes while it is in use. */
const REMOVALS: Readonly<Record<string, (stateDir: string, path: string) => void>> = {
  "rm -r": (stateDir) => Deno.removeSync(stateDir, { recursive: true }),
  "rm journal.db*": (_, path) => {
    for (const ending of ["", "-wal", "-shm"]) Deno.removeSync(path + ending);
  },
  "mv": (stateDir) => Deno.renameSync(stateDir, `${stateDir}.old`),
  "replaced": (_, path) => {
    Deno.writeTextFileSync(`${path}.new`, "", { mode: 0o600 });
    for (const ending of ["-wal", "-shm"]) Deno.removeSync(path + ending);
    Deno.renameSync(`${path}.new`, path);
  },
};

Deno.test("JournalKeeper notices within a second that its file is gone, and begins another one [journal.removed]", () => {
  for (const [how, remove] of Object.entries(REMOVALS)) {
    using fixture = createKeeper();
    const { keeper, lines, pass, path, stateDir } = fixture;
    let replaced = 0;
    keeper.onReplaced = () => void replaced++;
    keeper.write(insert(1));
    pass(999);
    keeper.write(insert(2));
    assertEquals([lines, replaced], [[], 0], how);
    remove(stateDir, path);
    pass(1);
    keeper.write(insert(3));
    using onDisk = new DatabaseSync(path);
    const rows = onDisk.prepare("SELECT seq FROM events").all().map(({ seq }) => seq);
    assertEquals(rows, [3], how);
    assertEquals((Deno.statSync(stateDir).mode ?? 0) & 0o777, 0o700, how);
    pass(0);
    assertEquals([lines.length, replaced, fixture.usable()], [1, 1, 1], how);
    assertStringIncludes(lines[0] ?? "", "Events that it held are gone");
    pass(10_000);
    keeper.write(insert(4));
    assertEquals([lines.length, replaced], [1, 1], how);
  }
});

Deno.test("JournalKeeper uses no folder that another user could write in place of its own [journal.removed] [state.guard]", () => {
  using fixture = createKeeper();
  const { keeper, pass, stateDir } = fixture;
  keeper.write(insert(1));
  Deno.removeSync(stateDir, { recursive: true });
  Deno.mkdirSync(stateDir);
  Deno.chmodSync(stateDir, 0o777);
  pass(1000);
  assertThrows(() => keeper.write(insert(2)), JournalError, "can be written by other users");
  assertEquals([...Deno.readDirSync(stateDir)], []);
  Deno.chmodSync(stateDir, 0o700);
  pass(2000);
  assertEquals([keeper.isUsable, fixture.usable()], [true, 1]);
});

Deno.test("JournalKeeper numbers messages of another file above those that listeners have read [journal.removed]", () => {
  using fixture = createKeeper();
  const { keeper, pass, path } = fixture;
  const say = ({ outbound }: Journal) =>
    outbound.insert({ kind: "reply", chat_id: "c", text: "t" }, {
      session: null,
      recipient: null,
      nowMs: 1,
    });
  const lastId = ({ outbound }: Journal) => outbound.lastId();
  for (let i = 0; i < 5; i++) keeper.write(say);
  const heard = keeper.read(lastId);
  assertEquals(heard, 5);
  Deno.removeSync(path);
  pass(1000);
  keeper.write(say);
  assertEquals(keeper.read(({ outbound }) => outbound.after(heard, 9)).length, 1);
  const first = keeper.read(lastId);
  keeper.write(say);
  assertEquals(keeper.read(lastId), first + 1);
});

Deno.test("JournalKeeper.refresh() opens the file that has taken the place [journal.removed]", () => {
  using fixture = createKeeper();
  const { keeper, path } = fixture;
  keeper.write(insert(1));
  keeper.secret(() => "first");
  keeper.refresh();
  assertEquals(keeper.read(lastSeq), 1);
  for (const ending of ["", "-wal", "-shm"]) Deno.renameSync(path + ending, `${path}.old${ending}`);
  keeper.refresh();
  assertEquals(keeper.read(lastSeq), 0);
  assertEquals(keeper.secret(() => "second"), "second");
});

Deno.test("JournalKeeper.secret() is found while nothing can be written [journal.failure]", () => {
  using fixture = createKeeper();
  const { keeper } = fixture;
  assertEquals(keeper.secret(() => "first"), "first");
  assertThrows(() => keeper.write(fillDisk), JournalError);
  assertEquals(keeper.secret(() => "second"), "first");
});
