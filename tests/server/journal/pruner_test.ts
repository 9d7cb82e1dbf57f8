import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import { EventSequence } from "../../../lib/event/event_id.ts";
import { AgeClock } from "../../../lib/event/age_clock.ts";
import { Journal, WAL_BYTES } from "../../../server/journal/journal.ts";
import { JournalPruner, type JournalPrunerOptions } from "../../../server/journal/pruner.ts";
import { until } from "../../_until.ts";
import { MemoryJournal } from "../_memory_journal.ts";
import { createScratch } from "../_scratch.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const MIB = 1024 * 1024;
const NOW = Date.UTC(2026, 10, 21);
const EVENT = { seq: 1, session: null, storedAt: 1, source: "text", sender: "dev", meta: "{}" };

/** A journal in memory, and a pruner that keeps of it what the test says, or all. */
function createFixture(options: Partial<JournalPrunerOptions> = {}) {
  const memory = new MemoryJournal();
  const { journal } = memory;
  const sequence = new EventSequence();
  const lines: string[] = [];
  const log = { info: () => {}, warn: (line: string) => void lines.push(line) };
  const pruner = new JournalPruner({
    keeper: memory,
    log,
    retainMs: 1e15,
    retainBytes: 1e12,
    clock: { isBelieved: () => true },
    ...options,
  });
  return {
    journal,
    pruner,
    lines,
    insertEvent: (storedAt: number, content = "text") =>
      journal.events.insert({
        ...EVENT,
        seq: sequence.next(storedAt),
        state: "stored",
        storedAt,
        content,
      }),
    insertReply: (nowMs: number, text = "text") =>
      journal.outbound.insert({ kind: "reply", chat_id: "c", text }, {
        session: null,
        recipient: null,
        nowMs,
      }),
    /** The texts of the events, the oldest first. */
    texts: () => journal.events.list({ limit: 1000 }).map(({ start }) => start).reverse(),
    [Symbol.dispose]() {
      pruner.close();
      memory[Symbol.dispose]();
    },
  };
}

Deno.test("JournalPruner keeps the journal within its age [journal.retention]", () => {
  using fixture = createFixture({ retainMs: 30 * DAY_MS });
  const { journal, pruner, lines } = fixture;
  const seqOf = (ms: number) => (ms - Date.UTC(2025)) * 4096;
  const old = NOW - 31 * DAY_MS;
  for (let i = 0; i < 300; i++) {
    const state = i % 2 === 0 ? "seen" : "stored";
    journal.events.insert({ ...EVENT, seq: seqOf(old) + i, state, storedAt: old, content: "old" });
  }
  fixture.insertEvent(NOW, "new");
  fixture.insertReply(old);
  for (let i = 0; i < 5; i++) pruner.prune(NOW);
  const events = journal.events.list({ limit: 1000 });
  assertEquals(events.length, 151);
  assertEquals(events.map(({ state }) => state).filter((s) => s === "expired").length, 150);
  assertEquals(journal.outbound.lastId(), 0);
  assertStringIncludes(lines[0] ?? "", "unseen events were given up");
  for (let i = 0; i < 5; i++) pruner.prune(NOW + 31 * DAY_MS + i * 10_000);
  assertEquals(journal.events.list({ limit: 1000 }).map(({ state }) => state), ["expired"]);
});

Deno.test("JournalPruner keeps the journal within its size: nearly while events come in, wholly after [journal.retention]", async () => {
  using fixture = createFixture({ retainBytes: MIB });
  const { journal, pruner } = fixture;
  const content = "x".repeat(1024);
  for (let round = 0; round < 100; round++) {
    for (let i = 1; i <= 64; i++) {
      journal.events.insert({ ...EVENT, seq: round * 64 + i, state: "seen", content });
      pruner.noteEvent();
    }
    await new Promise((resolve) => setImmediate(resolve));
  }
  assert(journal.usedBytes() < MIB * 1.4, `${journal.usedBytes()} bytes`);
  assertEquals(journal.events.lastSeq(), 6400);
  await until("the rest is removed", () => journal.usedBytes() <= MIB);
  assertEquals(journal.events.lastSeq(), 6400);
});

Deno.test("JournalPruner removes what is oldest, whatever it is, before events that came after it [journal.retention]", () => {
  const text = "x".repeat(1024);
  const request = { requestId: "abcde", toolName: "Bash", description: "", inputPreview: text };
  const entry = { action: "refuse", actor: "10.0.0.1", subject: "", detail: text };
  const fill: Record<string, (journal: Journal, nowMs: number) => void> = {
    outbound: ({ outbound }, nowMs) =>
      outbound.insert({ kind: "reply", chat_id: "c", text }, {
        session: null,
        recipient: null,
        nowMs,
      }),
    permissions: ({ permissions }, nowMs) => permissions.open(request, 1, nowMs, nowMs),
    audit: ({ audit }, nowMs) => audit.insert(entry, nowMs),
  };
  for (const [table, insert] of Object.entries(fill)) {
    using fixture = createFixture({ retainBytes: MIB });
    const { journal, pruner } = fixture;
    for (let i = 0; i < 2000; i++) insert(journal, NOW - 2000 + i);
    fixture.insertEvent(NOW, "new");
    for (let i = 0; i < 20; i++) pruner.prune(NOW + i);
    assert(journal.usedBytes() <= MIB, `${table}: ${journal.usedBytes()} bytes`);
    assertEquals(fixture.texts(), ["new"], table);
    assertEquals(fixture.lines, [], table);
  }
});

Deno.test("JournalPruner removes nothing that came in after the oldest of another table [journal.retention]", () => {
  const entry = { action: "a", actor: "b", subject: "", detail: "x".repeat(4000) };
  using fixture = createFixture({ retainBytes: MIB });
  const { journal, pruner } = fixture;
  fixture.insertReply(NOW - DAY_MS, "old");
  fixture.insertEvent(NOW - DAY_MS, "old");
  for (let i = 0; i < 400; i++) journal.audit.insert(entry, NOW - DAY_MS + 1 + i);
  for (let i = 0; i < 100; i++) {
    fixture.insertReply(NOW, "new");
    fixture.insertEvent(NOW, "new");
  }
  pruner.prune(NOW);
  assertEquals(journal.audit.list(1000).length, 400 - 126, "as many as go at a time");
  assertEquals(journal.outbound.after(0, 1000).length, 100);
  assertEquals(fixture.texts(), Array(100).fill("new"));
});

Deno.test("JournalPruner removes as much at a time where tables take turns [journal.retention]", () => {
  using fixture = createFixture({ retainBytes: 1 });
  const { journal, pruner } = fixture;
  for (let i = 0; i < 100; i++) {
    fixture.insertEvent(NOW + 2 * i, `${i}`);
    fixture.insertReply(NOW + 2 * i + 1, `${i}`);
  }
  assertEquals(pruner.prune(NOW), true);
  assertEquals([fixture.texts()[0], journal.outbound.after(0, 1000).length], ["64", 36]);
});

Deno.test("JournalPruner takes no event of a clock that was fast for a young one [journal.retention]", () => {
  using fixture = createFixture({ retainBytes: MIB });
  const { journal, pruner } = fixture;
  fixture.insertEvent(NOW + 1000 * DAY_MS, "fast");
  for (let i = 0; i < 2000; i++) fixture.insertEvent(NOW + i, "x".repeat(1024));
  fixture.insertReply(NOW + 2000);
  for (let i = 0; i < 20; i++) pruner.prune(NOW + 3000);
  assert(journal.usedBytes() <= MIB, `${journal.usedBytes()} bytes`);
  assertEquals(journal.outbound.after(0, 9).length, 1);
});

Deno.test("JournalPruner.prune() wants to go on only as long as that is of use [journal.retention]", () => {
  using empty = createFixture({ retainBytes: 1 });
  assertEquals(empty.pruner.prune(NOW), false, "nothing can be removed");
  empty.insertReply(NOW);
  assertEquals(empty.pruner.prune(NOW), true);
  assertEquals(empty.pruner.prune(NOW), false, "nothing is left");

  using database = new DatabaseSync(":memory:");
  const journal = Journal.on(database, "memory");
  const pruner = new JournalPruner({
    keeper: { read: (run) => run(journal), write: (run) => run(journal) },
    log: { info: () => {}, warn: () => {} },
    retainMs: 1e15,
    retainBytes: 1,
  });
  for (let seq = 1; seq < 500; seq++) {
    journal.events.insert({ ...EVENT, seq, state: "seen", content: "" });
  }
  assertEquals(pruner.prune(NOW), true);
  database.exec("PRAGMA query_only = ON");
  assertEquals(pruner.prune(NOW), false, "the journal fails");
});

Deno.test("JournalPruner checks the age however few events come in [journal.retention]", async () => {
  using fixture = createFixture({ retainMs: HOUR_MS, ageCheckMs: 1 });
  for (let i = 0; i < 5; i++) {
    fixture.insertEvent(Date.now() - HOUR_MS - 1000, `old ${i}`);
    await until("the next event has it given up", () => {
      fixture.pruner.noteEvent();
      return fixture.texts().every((text) => text === "");
    });
    assert(fixture.lines.length > 0);
  }
});

Deno.test("JournalPruner checks the age from the start, and again, with no event at all [journal.retention]", async () => {
  using fixture = createFixture({ retainMs: HOUR_MS, ageCheckMs: 1, idleCheckMs: 1 });
  const { journal, pruner } = fixture;
  const insertOld = () => {
    // More than go at a time.
    for (let i = 0; i < 300; i++) fixture.insertReply(Date.now() - HOUR_MS - 1000);
  };
  const isEmpty = () => journal.outbound.lastId() === 0;
  insertOld();
  pruner.start();
  pruner.start();
  await until("it has looked", isEmpty);
  insertOld();
  await until("it has looked again", isEmpty);
});

Deno.test("JournalPruner.close() calls off the check that was due [journal.retention]", async () => {
  using fixture = createFixture({ retainMs: HOUR_MS, ageCheckMs: 5, idleCheckMs: 5 });
  const { journal, pruner } = fixture;
  fixture.insertReply(Date.now() - HOUR_MS - 1000);
  pruner.start();
  pruner.close();
  let isDue = false;
  AbortSignal.timeout(10).addEventListener("abort", () => isDue = true);
  await until("it would have looked", () => isDue);
  assertEquals(journal.outbound.after(0, 9).length, 1);
});

Deno.test("JournalPruner removes what came in after a clock was fast [journal.retention]", () => {
  using fixture = createFixture({ retainMs: 7 * DAY_MS });
  const { journal, pruner } = fixture;
  const entry = { action: "a", actor: "b", subject: "c", detail: "d" };
  for (const aheadMs of [3 * DAY_MS, 1000 * DAY_MS]) {
    for (let i = 0; i < 200; i++) {
      fixture.insertEvent(NOW + aheadMs, "fast");
      journal.audit.insert(entry, NOW + aheadMs);
    }
  }
  fixture.insertEvent(NOW, "right");
  journal.audit.insert({ ...entry, action: "right" }, NOW);
  pruner.prune(NOW + 6 * DAY_MS);
  assertEquals(fixture.texts().filter((text) => text === "right").length, 1);
  pruner.prune(NOW + 8 * DAY_MS);
  assertEquals(fixture.texts().filter((text) => text === "fast").length, 400);
  assertEquals(fixture.texts().at(-1), "", "right");
  assertEquals(journal.audit.list(1000).length, 400);
  pruner.prune(NOW + 16 * DAY_MS);
  assertEquals(journal.events.list({ limit: 1 }).map(({ start }) => start), ["fast"]);
});

Deno.test("JournalPruner keeps what came in while a clock was behind [journal.clock]", () => {
  using fixture = createFixture({ retainMs: 7 * DAY_MS });
  fixture.insertEvent(NOW, "right");
  fixture.insertEvent(NOW - 365 * DAY_MS, "behind");
  fixture.pruner.prune(NOW + HOUR_MS);
  assertEquals(fixture.texts(), ["right", "behind"]);
  fixture.pruner.prune(NOW + 8 * DAY_MS);
  assertEquals(fixture.texts(), ["", ""]);
});

Deno.test("JournalPruner compares its first check with its start [journal.clock]", () => {
  using fixture = createFixture({
    retainMs: 30 * DAY_MS,
    clock: new AgeClock(),
    uptime: () => 1000,
  });
  fixture.insertEvent(Date.now(), "new");
  fixture.pruner.prune(Date.now() + 40 * DAY_MS);
  assertEquals(fixture.texts(), ["new"]);
});

Deno.test("JournalPruner does not wait for a clock that was set back [journal.retention]", () => {
  using fixture = createFixture({ retainMs: HOUR_MS });
  fixture.pruner.prune(NOW + DAY_MS);
  fixture.insertEvent(NOW - 2 * HOUR_MS);
  fixture.pruner.prune(NOW);
  assertEquals(fixture.texts(), [""]);
});

Deno.test("JournalPruner gives nothing up on the word of a clock that jumped, and does once it is steady [journal.clock]", () => {
  let uptimeMs = 1000;
  using fixture = createFixture({
    retainMs: 30 * DAY_MS,
    clock: new AgeClock(),
    uptime: () => uptimeMs,
  });
  const { pruner, lines, insertEvent, texts } = fixture;
  const start = Date.now() + 1;
  const prune = (nowMs: number) => {
    for (let i = 0; i < 3; i++) pruner.prune(nowMs);
  };
  for (let i = 0; i < 5; i++) insertEvent(start - 40 * DAY_MS + i, "old");
  insertEvent(start - 1000, "new");
  prune(start);
  assertEquals(texts(), ["", "", "", "", "", "new"], "the last event is recent");
  uptimeMs += 10_000;
  prune(start + 10_000 + 4000 * DAY_MS);
  assertEquals(texts().at(-1), "new", "the clock jumped");
  uptimeMs += 10_000;
  insertEvent(start + 20_000 + 4000 * DAY_MS, "jumped");
  prune(start + 20_000 + 4000 * DAY_MS);
  assertEquals(
    texts().slice(-2),
    ["new", "jumped"],
    "the next look finds it steady, but not for long",
  );
  uptimeMs += 10_000;
  prune(start + 30_000);
  assertEquals(texts().slice(-2), ["new", "jumped"], "the clock was set right");
  uptimeMs += 40 * DAY_MS;
  prune(start + 30_000 + 40 * DAY_MS);
  assertEquals(texts().at(-2), "", "it is old by now");
  assertEquals(lines.length, 2);
});

Deno.test("JournalPruner gives nothing up at a start long after the last event, whatever came in since [journal.clock]", () => {
  let uptimeMs = 1000;
  using fixture = createFixture({
    retainMs: 30 * DAY_MS,
    clock: new AgeClock(),
    uptime: () => uptimeMs,
  });
  const { pruner, insertEvent, texts } = fixture;
  const start = Date.now() + 1;
  insertEvent(start - 40 * DAY_MS, "old");
  insertEvent(start, "came in since");
  pruner.prune(start);
  assertEquals(texts(), ["old", "came in since"]);
  uptimeMs += HOUR_MS;
  pruner.prune(start + HOUR_MS);
  assertEquals(texts(), ["", "came in since"]);
});

Deno.test("JournalPruner cuts the write-ahead log once a reader that kept it long has gone [journal.wal]", async () => {
  const path = `${createScratch()}/journal.db`;
  const journal = Journal.open(path, { durability: "normal" });
  using reader = new DatabaseSync(path);
  reader.exec("BEGIN");
  reader.prepare("SELECT count(*) FROM events").get();
  const content = "x".repeat(100_000);
  const fill = (from: number) =>
    journal.transaction(() => {
      for (let i = 0; i < 250; i++) {
        journal.events.insert({ ...EVENT, seq: from + i, state: "seen", content });
      }
    });
  fill(1);
  fill(1000);
  assert(journal.walBytes() > 40 * MIB, `${journal.walBytes()} bytes`);
  let cuts = 0;
  const pruner = new JournalPruner({
    keeper: {
      read: (run) => run(journal),
      write(run) {
        const result = run(journal);
        if (result === false) cuts++;
        return result;
      },
    },
    log: { info: () => {}, warn: () => {} },
    retainMs: 1e15,
    retainBytes: 1e12,
    cutAgainMs: 1,
  });
  pruner.noteEvent();
  await until("it has tried in vain", () => cuts > 1);
  assert(journal.walBytes() > 40 * MIB, "the reader needs it");
  reader.exec("COMMIT");
  await until("it is cut", () => journal.walBytes() === 0);
  pruner.close();
  journal.close();
});

Deno.test("the write-ahead log shrinks by itself after a burst [journal.wal]", () => {
  const path = `${createScratch()}/journal.db`;
  const journal = Journal.open(path, { durability: "normal" });
  const content = "x".repeat(100_000);
  journal.transaction(() => {
    for (let seq = 1; seq < 300; seq++) {
      journal.events.insert({ ...EVENT, seq, state: "seen", content });
    }
  });
  assert(journal.walBytes() > 20 * MIB, `${journal.walBytes()} bytes`);
  journal.events.insert({ ...EVENT, seq: 999, state: "seen", content: "" });
  assert(journal.walBytes() <= WAL_BYTES, `${journal.walBytes()} bytes`);
  journal.close();
});
