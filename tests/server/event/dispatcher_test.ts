import { assert, assertEquals, assertThrows } from "@std/assert";
import type { NewEvent } from "../../../server/journal/event_row.ts";
import { Dispatcher } from "../../../server/event/dispatcher.ts";
import type { SessionLink } from "../../../server/event/types.ts";
import { until } from "../../_until.ts";
import { createDiskFullError, MemoryJournal } from "../_memory_journal.ts";

/** A dispatcher, and sessions that only count how often they are woken. */
function createFixture(graceMs = 60_000) {
  const memory = new MemoryJournal();
  const { journal } = memory;
  const dispatcher = new Dispatcher({ keeper: memory, graceMs, retryMs: 1 });
  const woken: number[] = [];
  let seq = 0;
  return {
    memory,
    journal,
    dispatcher,
    woken,
    /** Opens a session, and returns its link. */
    open(project = "web"): SessionLink {
      const sessionId = memory.startSession(project);
      return { sessionId, sync: () => void woken.push(sessionId), syncVerdicts() {} };
    },
    /** Journals an event as another process might have; returns its number. */
    store(fields: Partial<NewEvent>): number {
      const base = { storedAt: 0, source: "text", sender: "dev", meta: "{}", content: "" };
      journal.events.insert({ ...base, seq: ++seq, state: "stored", session: null, ...fields });
      return seq;
    },
    placeOf(seq: number) {
      const event = journal.events.get(seq);
      return [event?.state, event?.session];
    },
    [Symbol.dispose]() {
      dispatcher.stop();
      memory[Symbol.dispose]();
    },
  };
}

const EVENT = { source: "text", sender: "dev", content: "hi", meta: {} };

Deno.test("Dispatcher.attach() hands a session what was stored while none was open [offer.stored]", async () => {
  using fixture = createFixture();
  const { dispatcher, store, open, placeOf, woken } = fixture;
  const plain = store({});
  const named = store({ target: "web" });
  const other = store({ target: "api" });
  dispatcher.start();
  const web = open("web");
  dispatcher.attach(web);
  await until("it is woken", () => woken.includes(web.sessionId));
  assertEquals([plain, named, other].map(placeOf), [
    ["stored", web.sessionId],
    ["stored", web.sessionId],
    ["stored", null],
  ]);
  const api = open("api");
  dispatcher.attach(api);
  await until("it is woken", () => woken.includes(api.sessionId));
  assertEquals(placeOf(other), ["stored", api.sessionId]);
});

Deno.test("Dispatcher leaves a session that comes back what it was shown before [offer.again]", async () => {
  using fixture = createFixture(0);
  const { dispatcher, journal, store, open, placeOf } = fixture;
  const left = Array.from({ length: 20 }, () => {
    const link = open();
    return { link, seq: store({ state: "pushed", session: link.sessionId }) };
  });
  dispatcher.start();
  await until(
    "they count as gone",
    () => left.every(({ link: { sessionId } }) => journal.sessions.get(sessionId)?.endedAt),
  );
  const { waiting } = journal.events;
  const [first] = left;
  let looks = 0;
  // The first comes back while the second is looked at.
  journal.events.waiting = (...args) => {
    if (args[0] === "pushed" && ++looks === 2 && first) dispatcher.attach(first.link);
    return waiting.apply(journal.events, args);
  };
  const newcomer = open();
  dispatcher.attach(newcomer);
  await until(
    "the others are handed over",
    () => left.slice(1).every(({ seq }) => placeOf(seq)[1] === newcomer.sessionId),
  );
  assertEquals(placeOf(first?.seq ?? 0), ["pushed", first?.link.sessionId]);
});

Deno.test("Dispatcher lets go late what another process held, and nothing that this one holds [offer.stored]", async () => {
  using fixture = createFixture();
  const { memory, dispatcher, store, open, placeOf } = fixture;
  const held = store({ state: "held", storedAt: 1 });
  memory.failure = createDiskFullError();
  dispatcher.start();
  memory.failure = undefined;
  const web = open();
  dispatcher.attach(web);
  const own = await dispatcher.take({ ...EVENT, isHeld: true });
  await until("it is let go", () => placeOf(held)[1] === web.sessionId);
  assert(own.kind === "accepted");
  assertEquals(placeOf(own.seq), ["held", null]);
});

Deno.test("Dispatcher releases what an owner of an earlier version has held, by session 0 [offer.stored] [journal.migration]", async () => {
  using fixture = createFixture();
  const { dispatcher, store, open, placeOf } = fixture;
  const held = store({ state: "stored", session: 0 });
  dispatcher.start();
  const web = open();
  dispatcher.attach(web);
  await until("it is let go", () => placeOf(held)[1] === web.sessionId);
});

Deno.test("Dispatcher.stop() leaves no event held, for an owner of an earlier version knows none [journal.migration]", async () => {
  using fixture = createFixture();
  const { dispatcher, store, placeOf } = fixture;
  dispatcher.start();
  const own = await dispatcher.take({ ...EVENT, isHeld: true });
  assert(own.kind === "stored");
  const withheld = store({ state: "withheld" });
  dispatcher.stop();
  assertEquals([own.seq, withheld].map(placeOf), [["stored", null], ["withheld", null]]);
});

Deno.test("Dispatcher.take() accepts a held event only while a session is open for it and reads [source.burst]", async () => {
  using fixture = createFixture();
  const { dispatcher, open, placeOf } = fixture;
  dispatcher.start();
  let hasRefused = false;
  const held = async (fields = {}) => {
    const taken = await dispatcher.take({ ...EVENT, isHeld: true, mayWait: true, ...fields });
    assert(taken.kind !== "ambiguous");
    if (taken.kind !== "duplicate") assertEquals(placeOf(taken.seq), ["held", null]);
    return taken.kind;
  };
  assertEquals(await held(), "stored", "no session is open");
  dispatcher.attach({
    ...open("web"),
    direct: {
      isReady: true,
      get hasRefused() {
        return hasRefused;
      },
      tryPush: () => true,
    },
  });
  assertEquals(await held(), "accepted");
  assertEquals(await held({ target: "api" }), "stored", "another session");
  assertEquals([await held({ digest: "d" }), await held({ digest: "d" })], [
    "accepted",
    "duplicate",
  ]);
  hasRefused = true;
  assertEquals(await held(), "stored", "its client does not read");
});

Deno.test("Dispatcher offers again what a journal that failed has kept back [offer.stored] [offer.again]", async () => {
  for (const state of ["stored", "pushed"] as const) {
    using fixture = createFixture();
    const { dispatcher, journal, store, open, placeOf } = fixture;
    const seq = store({ state });
    const held = store({ state: "held" });
    const { assign, releaseHeld } = journal.events;
    let failures = 0;
    const fail = () => {
      failures++;
      throw createDiskFullError();
    };
    Object.assign(journal.events, { assign: fail, releaseHeld: fail });
    dispatcher.start();
    const web = open();
    dispatcher.attach(web);
    await until("it was tried again", () => failures > 4);
    Object.assign(journal.events, { assign, releaseHeld });
    await until("all is handed over", () => placeOf(seq)[1] === web.sessionId);
    await until("what was held is, too", () => placeOf(held)[1] === web.sessionId);
  }
});

Deno.test("Dispatcher offers what a session left unseen to the next one that opens [offer.again]", async () => {
  using fixture = createFixture();
  const { dispatcher, journal, store, open, placeOf, woken } = fixture;
  dispatcher.start();
  const [first, second] = [open(), open()];
  dispatcher.attach(first);
  dispatcher.attach(second);
  await until("both were offered", () => dispatcher.sessions.every((s) => s.wasOffered));
  const { sessionId } = first;
  const pushed = store({ session: sessionId, state: "pushed" });
  const stored = store({ session: sessionId });
  const seen = store({ session: sessionId, state: "seen" });
  dispatcher.detach(first);
  await until("what it was not shown goes on", () => woken.includes(second.sessionId));
  assertEquals(placeOf(stored), ["stored", second.sessionId]);
  assertEquals(placeOf(pushed), ["pushed", sessionId], "what it was shown waits");
  assertEquals(journal.sessions.get(sessionId)?.endedAt === null, false);
  const third = open();
  dispatcher.attach(third);
  await until("the third is woken", () => woken.includes(third.sessionId));
  assertEquals(placeOf(pushed), ["stored", third.sessionId]);
  assertEquals(placeOf(seen), ["seen", sessionId]);
});

Deno.test("Dispatcher gives sessions time to come back after the port was taken over [owner.grace]", async () => {
  using fixture = createFixture(50);
  const { dispatcher, journal, store, open, placeOf, woken } = fixture;
  const [back, gone] = [open("back"), open("gone")];
  journal.sessions.markOffered(back.sessionId, 1);
  journal.sessions.markOffered(gone.sessionId, 1);
  const waits = store({ session: back.sessionId, state: "pushed" });
  const lost = store({ session: gone.sessionId });
  dispatcher.start();
  const own = open("own");
  dispatcher.attach(own);
  dispatcher.attach(back);
  assertEquals([waits, lost].map(placeOf), [["pushed", back.sessionId], [
    "stored",
    gone.sessionId,
  ]]);
  await until("the grace is over", () => journal.sessions.get(gone.sessionId)?.endedAt);
  await until("a session is woken", () => woken.length > 0);
  assertEquals(placeOf(waits), ["pushed", back.sessionId], "it was there before, and has seen it");
  assertEquals(placeOf(lost)[1] === gone.sessionId, false);
  assertEquals(journal.sessions.get(back.sessionId)?.endedAt, null);
});

Deno.test("Dispatcher.take() leaves no event with a session that leaves at that moment", async () => {
  using fixture = createFixture();
  const { dispatcher, journal, open } = fixture;
  dispatcher.start();
  const [first, second] = [open("a"), open("b")];
  dispatcher.attach(first);
  dispatcher.attach(second);
  const taken = Array.from({ length: 10 }, () => dispatcher.take({ ...EVENT, target: "a" }));
  dispatcher.detach(first);
  await Promise.all(taken);
  const states = journal.events.list({ limit: 20 }).map(({ state }) => state);
  assertEquals(states, Array(10).fill("stored"));
  const again = open("a");
  dispatcher.attach(again);
  await until(
    "all are with the new one",
    () => journal.events.list({ limit: 20 }).every(({ session }) => session === again.sessionId),
  );
});

Deno.test("Dispatcher.attach() takes a link in the place of an older one of its session", async () => {
  using fixture = createFixture();
  const { dispatcher, open, woken } = fixture;
  dispatcher.start();
  const link = open();
  const newer = { ...link, sync: () => void woken.push(-1) };
  dispatcher.attach(link);
  dispatcher.attach(newer);
  dispatcher.detach(link);
  assertEquals(dispatcher.sessions.length, 1);
  await dispatcher.take(EVENT);
  assertEquals(woken.at(-1), -1);
  dispatcher.detach(newer);
  assertEquals(dispatcher.sessions, []);
});

Deno.test("Dispatcher.attach() knows only sessions of the journal", () => {
  using fixture = createFixture();
  assertThrows(
    () => fixture.dispatcher.attach({ sessionId: 99, sync() {}, syncVerdicts() {} }),
    RangeError,
    "99",
  );
});

Deno.test("Dispatcher.attach() takes a session that is open in the journal also while nothing can be written [journal.failure]", () => {
  using fixture = createFixture();
  const { dispatcher, memory } = fixture;
  const sessionId = memory.startSession();
  memory.readsFail = false;
  memory.failure = createDiskFullError();
  dispatcher.attach({ sessionId, sync() {}, syncVerdicts() {} });
  assertEquals(dispatcher.sessions.map(({ id }) => id), [sessionId]);
});

Deno.test("Dispatcher hands thousands of events over without stopping everything else", async () => {
  using fixture = createFixture();
  const { dispatcher, journal, store, open, woken } = fixture;
  journal.transaction(() => {
    for (let i = 0; i < 3000; i++) store({});
  });
  dispatcher.start();
  const link = open();
  let turns = 0;
  const count = setInterval(() => turns++, 0);
  dispatcher.attach(link);
  await until("it is woken", () => woken.length > 0);
  clearInterval(count);
  assertEquals(journal.events.sessionsOf("stored"), [link.sessionId]);
  assertEquals(turns > 0, true);
});

Deno.test("Dispatcher offers a newcomer the newest events that any session left [offer.again]", async () => {
  using fixture = createFixture();
  const { dispatcher, memory, journal, store, open, placeOf, woken } = fixture;
  dispatcher.start();
  const [first, second] = ["a", "b"].map((project) => memory.startSession(project));
  journal.sessions.markEnded(first ?? 0, 1);
  journal.sessions.markEnded(second ?? 0, 1);
  for (let i = 0; i < 150; i++) store({ session: second ?? 0, state: "pushed" });
  for (let i = 0; i < 150; i++) store({ session: first ?? 0, state: "pushed", target: "other" });
  const newer = store({ session: first ?? 0, state: "pushed" });
  const link = open();
  dispatcher.attach(link);
  await until("it is woken", () => woken.includes(link.sessionId));
  assertEquals(placeOf(newer), ["stored", link.sessionId]);
  const offered = journal.events.waiting("stored", link.sessionId, Number.MAX_SAFE_INTEGER, 999);
  assertEquals(offered.length, 100);
  assertEquals(placeOf(150), ["stored", link.sessionId]);
  assertEquals(placeOf(1), ["pushed", second]);
});

Deno.test("Dispatcher.endAbsent() ends the sessions that are not attached", () => {
  using fixture = createFixture();
  const { dispatcher, memory, journal, open } = fixture;
  dispatcher.start();
  const link = open();
  dispatcher.attach(link);
  const lost = memory.startSession("lost");
  dispatcher.endAbsent();
  assertEquals(journal.sessions.open().map(({ id }) => id), [link.sessionId]);
  assertEquals(journal.sessions.get(lost)?.endedAt === null, false);
});
