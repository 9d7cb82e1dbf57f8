import { assertEquals, assertRejects } from "@std/assert";
import { Dispatcher } from "../../../server/event/dispatcher.ts";
import type { IncomingEvent } from "../../../server/event/types.ts";
import { JournalError } from "../../../server/journal/error.ts";
import { SourceBursts } from "../../../server/sources/bursts.ts";
import { until } from "../../_until.ts";
import { createDiskFullError, MemoryJournal } from "../_memory_journal.ts";
import { rowsOf } from "../_sources.ts";

const START_MS = 1_700_000_000_000;

/** Creates bursts on a journal, with a session that is only woken; by default the clock stands still. */
function createFixture(now?: () => number) {
  const memory = new MemoryJournal();
  const dispatcher = new Dispatcher({ keeper: memory });
  let nowMs = START_MS;
  const bursts = new SourceBursts({
    take: (event) => dispatcher.take(event),
    release: (seqs) => dispatcher.release(seqs),
    withhold: (seqs) => dispatcher.withhold(seqs),
    now: now ?? (() => nowMs),
    retryMs: 1,
  });
  dispatcher.start();
  const sessionId = memory.startSession();
  const link = { sessionId, sync() {}, syncVerdicts() {} };
  dispatcher.attach(link);
  let count = 0;
  return {
    memory,
    dispatcher,
    bursts,
    sessionId,
    /** Adds a numbered event, so many seconds after the start. */
    add(seconds: number, key: string | undefined, fields: Partial<IncomingEvent> = {}) {
      nowMs = START_MS + seconds * 1000;
      const content = `[ci] failed ${++count}\nbranch: main`;
      const event = { source: "github", sender: "source:ci", content, meta: {}, ...fields };
      return bursts.add(event, { sourceName: "ci", key });
    },
    rows: () => rowsOf(memory.journal),
    /** The events that are for the session or will be, by their texts. */
    shown: () =>
      rowsOf(memory.journal).filter(({ state, session }) =>
        state === "stored" && session === sessionId
      ).map(({ content }) => content),
    [Symbol.dispose]() {
      bursts.close();
      dispatcher.stop();
      memory[Symbol.dispose]();
    },
  };
}

Deno.test("SourceBursts.add() shows an event without a key at once [source.burst]", async () => {
  using fixture = createFixture();
  assertEquals((await fixture.add(0, undefined)).kind, "accepted");
  assertEquals(fixture.shown(), ["[ci] failed 1\nbranch: main"]);
});

Deno.test("SourceBursts.add() keeps an event with a key for five seconds, and shows it as it is [source.burst] [source.journal]", async () => {
  using fixture = createFixture();
  assertEquals((await fixture.add(0, "a")).kind, "accepted");
  assertEquals(fixture.rows().map(({ state, session }) => [state, session]), [
    ["held", null],
  ]);
  await fixture.add(4.999, "other");
  assertEquals(fixture.shown(), []);
  await fixture.add(5, "another");
  await until("it is shown", () => fixture.shown().length > 0);
  assertEquals(fixture.shown(), ["[ci] failed 1\nbranch: main"]);
  assertEquals(fixture.rows().length, 3);
});

Deno.test("SourceBursts.add() shows what is due without being asked [source.burst]", async () => {
  const times = [START_MS, START_MS + 4999];
  using fixture = createFixture(() => times.shift() ?? START_MS + 5000);
  await fixture.add(0, "a");
  await until("the timer runs", () => fixture.shown().length > 0);
  assertEquals(fixture.shown(), ["[ci] failed 1\nbranch: main"]);
});

Deno.test("SourceBursts.add() makes one of several, and says in each of them where it is told [source.burst]", async () => {
  using fixture = createFixture();
  const draft = { delivery: "d", digest: "d", raw: Uint8Array.of(1), rule: "only failures" };
  for (const seconds of [0, 2, 4]) {
    const own = { ...draft, delivery: `d${seconds}`, digest: `d${seconds}` };
    assertEquals((await fixture.add(seconds, "octo/repo@6dcb09b", own)).kind, "accepted");
  }
  await fixture.add(5, "other");
  await until("they are told", () => fixture.shown().length > 0);
  const rows = fixture.rows();
  assertEquals(fixture.shown(), [
    [
      "[ci] 3 events for octo/repo@6dcb09b:",
      ...rows.slice(0, 3).map(({ id }, index) => `- ${id} failed ${index + 1}`),
      "(read_event has the whole of each.)",
    ].join("\n"),
  ]);
  const told = rows.find(({ content }) => content.startsWith("[ci] 3 events"));
  assertEquals([told?.delivery, told?.raw, told?.rule], [null, undefined, "only failures"]);
  assertEquals(rows.slice(0, 3).map(({ state, rule }) => `${state}: ${rule}`), [
    ...Array(3).fill(`filtered: gathered in ${told?.id}`),
  ]);
});

Deno.test("SourceBursts.add() makes no burst of one delivery that comes twice at once [source.burst] [source.replay]", async () => {
  using fixture = createFixture();
  const same = { delivery: "d", digest: "d" };
  const [first, second] = await Promise.all([
    fixture.add(0, "a", same),
    fixture.add(0, "a", same),
  ]);
  assertEquals([first.kind, second.kind], ["accepted", "duplicate"]);
  await fixture.add(5, "other");
  await until("it is shown", () => fixture.shown().length > 0);
  assertEquals(fixture.shown(), ["[ci] failed 1\nbranch: main"]);
});

Deno.test("SourceBursts.add() holds back what is over thirty a minute, and says so once [source.burst]", async () => {
  using fixture = createFixture();
  for (let i = 0; i < 30; i++) {
    assertEquals((await fixture.add(i / 10, undefined)).kind, "accepted");
  }
  for (let i = 0; i < 5; i++) assertEquals((await fixture.add(4, undefined)).kind, "accepted");
  const held = () => fixture.rows().filter(({ state }) => state === "held" || state === "withheld");
  assertEquals([fixture.shown().length, held().length], [30, 5]);
  await fixture.add(64, undefined);
  const notice = "[ci] 5 events held back within a minute: inbox has them";
  await until("they are counted", () => fixture.shown().includes(notice));
  assertEquals([fixture.shown().length, held().length], [32, 5]);
  await fixture.add(200, undefined);
  assertEquals(fixture.shown().filter((text) => text === notice).length, 1);
});

Deno.test("SourceBursts.close() leaves held events to the next owner [source.burst] [source.journal]", async () => {
  using fixture = createFixture();
  const { memory, dispatcher, bursts, sessionId } = fixture;
  await fixture.add(0, "a");
  bursts.close();
  dispatcher.stop();
  assertEquals(fixture.shown(), []);
  using next = Object.assign(new Dispatcher({ keeper: memory }), {
    [Symbol.dispose]: () => next.stop(),
  });
  next.start();
  next.attach({ sessionId, sync() {}, syncVerdicts() {} });
  await until("it is shown", () => fixture.shown().length > 0);
  assertEquals(fixture.shown(), ["[ci] failed 1\nbranch: main"]);
});

Deno.test("SourceBursts.add() rejects what is not on disk, and shows the others [source.journal]", async () => {
  using fixture = createFixture();
  const { memory } = fixture;
  await fixture.add(0, "a");
  memory.failure = createDiskFullError();
  await assertRejects(() => fixture.add(1, "b"), JournalError, "the disk is full");
  memory.failure = undefined;
  await fixture.add(10, "c");
  await until("the first is shown", () => fixture.shown().length > 0);
  assertEquals(fixture.shown(), ["[ci] failed 1\nbranch: main"]);
});

Deno.test("SourceBursts.add() shows a burst although one of it is not on disk, and the journal fails once more [source.journal]", async () => {
  using fixture = createFixture();
  const { memory } = fixture;
  await fixture.add(0, "a");
  memory.failure = createDiskFullError();
  await assertRejects(() => fixture.add(1, "a"), JournalError, "the disk is full");
  memory.failure = undefined;
  await fixture.add(2, "a");
  memory.failure = createDiskFullError();
  await assertRejects(() => fixture.add(10, undefined), JournalError, "the disk is full");
  await until("it was tried again", () => memory.failures > 4);
  assertEquals(fixture.shown(), []);
  memory.failure = undefined;
  await until("the burst is shown", () => fixture.shown().length > 0);
  assertEquals(fixture.shown().map((text) => text.split("\n")[0]), ["[ci] 2 events for a:"]);
});

Deno.test("SourceBursts.add() shows an event in five seconds while a notice waits for its minute [source.burst]", async () => {
  const times: number[] = [];
  let nowMs = START_MS;
  using fixture = createFixture(() => times.shift() ?? nowMs);
  for (let i = 0; i < 31; i++) await fixture.add(0, undefined);
  nowMs += 5000;
  times.push(START_MS, START_MS + 4999);
  const event = { source: "github", sender: "source:cd", content: "[cd] is down", meta: {} };
  await fixture.bursts.add(event, { sourceName: "cd", key: "a" });
  await until("the timer runs", () => fixture.shown().includes("[cd] is down"));
});

Deno.test("SourceBursts shows counted events only on request, and leaves all others to the next owner [source.burst]", async () => {
  using fixture = createFixture();
  const { memory, dispatcher, bursts, sessionId } = fixture;
  const withheld = () => fixture.rows().filter(({ state }) => state === "withheld");
  for (let i = 0; i < 33; i++) await fixture.add(0, undefined);
  assertEquals(withheld(), []);
  await fixture.add(61, undefined);
  await until("they are counted", () => withheld().length === 3);
  for (let i = 0; i < 30; i++) await fixture.add(61, undefined);
  const { length } = fixture.shown();
  bursts.close();
  dispatcher.stop();
  using next = Object.assign(new Dispatcher({ keeper: memory }), {
    [Symbol.dispose]: () => next.stop(),
  });
  next.start();
  next.attach({ sessionId, sync() {}, syncVerdicts() {} });
  await until("the last is shown", () => fixture.shown().length === length + 1);
  assertEquals(withheld().length, 3);
});

Deno.test("SourceBursts says that events are held back where they would have gone [source.burst]", async () => {
  using fixture = createFixture();
  const other = fixture.memory.startSession("other");
  fixture.dispatcher.attach({ sessionId: other, sync() {}, syncVerdicts() {} });
  const fields = { target: "other", mayWait: true };
  for (let i = 0; i < 31; i++) await fixture.add(0, undefined, fields);
  await fixture.add(61, undefined, fields);
  const find = () => fixture.rows().find(({ content }) => content.includes("held back"));
  await until("they are counted", find);
  assertEquals(find()?.session, other);
});
