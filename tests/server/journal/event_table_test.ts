import { assertEquals } from "@std/assert";
import { type EventState, isOpen } from "../../../lib/event/event_state.ts";
import type { NewEvent } from "../../../server/journal/event_row.ts";
import { MemoryJournal } from "../_memory_journal.ts";

function eventOf(seq: number, fields: Partial<NewEvent> = {}): NewEvent {
  return {
    seq,
    state: "stored",
    session: 1,
    storedAt: seq * 10,
    source: "text",
    sender: "dev",
    meta: '{"path":"/"}',
    content: `content ${seq}`,
    ...fields,
  };
}

/** A table with the given events. */
function createFixture(events: readonly NewEvent[]) {
  const memory = new MemoryJournal();
  for (const event of events) memory.journal.events.insert(event);
  const { events: table } = memory.journal;
  return {
    table,
    stateOf: (seq: number) => table.get(seq)?.state,
    [Symbol.dispose]: () => memory[Symbol.dispose](),
  };
}

Deno.test("EventTable.get() returns what was inserted, whichever statement it took", () => {
  const raw = Uint8Array.of(1, 2);
  using fixture = createFixture([
    eventOf(1, { state: "pushed" }),
    eventOf(2, { target: "web", repository: "a/b", delivery: "d", raw, session: null }),
    eventOf(3, { state: "duplicate", duplicateOf: 2, content: "" }),
  ]);
  const { table } = fixture;
  assertEquals(table.get(1), {
    seq: 1,
    id: "evt_00000000001",
    state: "pushed",
    session: 1,
    attempts: 1,
    storedAt: 10,
    pushedAt: 10,
    seenAt: null,
    answeredAt: null,
    expiredAt: null,
    source: "text",
    sender: "dev",
    chat: "chat_00000000001",
    target: null,
    repository: null,
    delivery: null,
    duplicateOf: null,
    note: null,
    rule: null,
    meta: { path: "/" },
    content: "content 1",
    start: "content 1",
  });
  const second = table.get(2);
  assertEquals([second?.target, second?.repository, second?.delivery, second?.session], [
    "web",
    "a/b",
    "d",
    null,
  ]);
  assertEquals([second?.attempts, second?.pushedAt], [0, null]);
  assertEquals([table.raw(1), table.raw(2)], [undefined, raw]);
  assertEquals(table.get(3)?.duplicateOf, "evt_00000000002");
  assertEquals([table.get(4), table.senderOf(4), table.senderOf(3), table.lastSeq()], [
    undefined,
    undefined,
    "dev",
    3,
  ]);
});

Deno.test("EventTable.change() applies only changes that lead on, and keeps their first time [event.states]", () => {
  using fixture = createFixture([eventOf(1), eventOf(2, { state: "pushed" })]);
  const { table, stateOf } = fixture;
  assertEquals(table.change(1, "see", 100), true);
  assertEquals(table.change(1, "see", 200), false);
  assertEquals([stateOf(1), table.get(1)?.seenAt], ["seen", 100]);
  assertEquals(table.change(1, "answer", 300), true);
  assertEquals(table.change(1, "answer", 400), false);
  assertEquals(table.change(1, "see", 500), false);
  assertEquals([stateOf(1), table.get(1)?.answeredAt, table.get(1)?.seenAt], [
    "answered",
    300,
    100,
  ]);
  assertEquals(table.expire(1000, 100, 9), 1);
  assertEquals(table.change(2, "answer", 100), false);
  assertEquals(stateOf(2), "expired");
  assertEquals(table.change(9, "see", 100), false);
});

Deno.test("EventTable.claim() hands each event out once, the oldest first [event.claim]", () => {
  using fixture = createFixture([
    eventOf(3),
    eventOf(1),
    eventOf(2),
    eventOf(4, { session: 2 }),
    eventOf(5, { session: null }),
    eventOf(6, { state: "pushed" }),
  ]);
  const { table, stateOf } = fixture;
  assertEquals(table.claim(1, 500, 2).map(({ seq }) => seq), [1, 2]);
  const [third, ...others] = table.claim(1, 600, 2);
  assertEquals(others, []);
  assertEquals([third?.seq, third?.state, third?.attempts, third?.pushedAt], [3, "pushed", 1, 600]);
  assertEquals(table.claim(1, 700, 2), []);
  assertEquals([stateOf(4), stateOf(5)], ["stored", "stored"]);
});

Deno.test("EventTable.giveBack() undoes a claim, and nothing else", () => {
  using fixture = createFixture([eventOf(1), eventOf(2, { state: "seen" })]);
  const { table } = fixture;
  table.claim(1, 500, 1);
  table.giveBack(1);
  table.giveBack(2);
  const event = table.get(1);
  assertEquals([event?.state, event?.attempts, event?.pushedAt], ["stored", 0, null]);
  assertEquals(table.get(2)?.state, "seen");
  table.claim(1, 500, 1);
  table.assign([1], 1);
  table.claim(1, 600, 1);
  table.giveBack(1);
  assertEquals([table.get(1)?.attempts, table.get(1)?.pushedAt], [1, 600]);
});

Deno.test("EventTable.reclaim() takes what was pushed before a time again", () => {
  using fixture = createFixture([
    eventOf(1, { state: "pushed" }),
    eventOf(2, { state: "pushed" }),
    eventOf(3, { state: "pushed", session: 2 }),
    eventOf(4, { state: "seen" }),
  ]);
  const again = fixture.table.reclaim(1, 15, 1000, 10);
  assertEquals(again.map(({ seq, attempts, pushedAt }) => [seq, attempts, pushedAt]), [[
    1,
    2,
    1000,
  ]]);
  assertEquals(fixture.table.reclaim(1, 15, 1000, 10), []);
});

Deno.test("EventTable.findDelivery() finds the first delivery of a sender within the window [duplicate.window]", () => {
  using fixture = createFixture([
    eventOf(1, { delivery: "d" }),
    eventOf(2, { delivery: "d" }),
    eventOf(3, { delivery: "d", sender: "ci" }),
  ]);
  const { table } = fixture;
  assertEquals(table.findDelivery("dev", "d", 0), 1);
  assertEquals(table.findDelivery("dev", "d", 11), 2);
  assertEquals(table.findDelivery("dev", "d", 21), undefined);
  assertEquals(table.findDelivery("ci", "d", 0), 3);
  assertEquals(table.findDelivery("dev", "e", 0), undefined);
});

Deno.test("EventTable.sessionsOf() and waiting() find what has no session that is open", () => {
  using fixture = createFixture([
    eventOf(1, { session: 7 }),
    eventOf(2, { session: 7 }),
    eventOf(3, { session: null, target: "web" }),
    eventOf(4, { session: 2, state: "pushed" }),
    eventOf(5, { session: 9 }),
  ]);
  const { table } = fixture;
  assertEquals(table.sessionsOf("stored"), [7, 9, null]);
  assertEquals(table.sessionsOf("pushed"), [2]);
  assertEquals(table.sessionsOf("seen"), []);
  const waiting = (session: number | null, before: number) =>
    table.waiting("stored", session, before, 10).map((row) => ({ ...row }));
  assertEquals(waiting(7, 2), [{ seq: 1, target: null, repository: null }]);
  assertEquals(waiting(7, 9).map(({ seq }) => seq), [2, 1]);
  assertEquals(waiting(null, 9), [{
    seq: 3,
    target: "web",
    repository: null,
  }]);
  table.change(2, "see", 0);
  table.assign([1, 2, 4], 3);
  const sessions = [1, 2, 4].map((seq) => [table.get(seq)?.session, table.get(seq)?.state]);
  assertEquals(sessions, [[3, "stored"], [7, "seen"], [3, "stored"]]);
});

Deno.test("EventTable.open() counts what a session, or none, has still to see", () => {
  using fixture = createFixture([
    eventOf(1, { state: "pushed" }),
    eventOf(2),
    eventOf(3, { session: null }),
    eventOf(4, { session: 2 }),
    eventOf(5, { state: "seen" }),
  ]);
  assertEquals(fixture.table.open(1, 2), { count: 3, oldest: [1, 2] });
  for (let seq = 10; seq < 300; seq++) fixture.table.insert(eventOf(seq));
  assertEquals(fixture.table.open(1, 1).count, 100);
});

Deno.test("EventTable changes held events once: released, withheld or gathered [event.states]", () => {
  const states: EventState[] = ["held", "held", "held", "seen", "stored"];
  using fixture = createFixture(
    states.map((state, i) => eventOf(i + 1, { state, session: null })),
  );
  const { table, stateOf } = fixture;
  const all = [1, 2, 3, 4, 5];
  table.release([1]);
  table.withhold([1, 2]);
  table.gather(all, 6);
  assertEquals(all.map(stateOf), ["stored", "withheld", "filtered", "seen", "stored"]);
  table.release(all);
  table.releaseHeld();
  table.assign(all, 1);
  assertEquals(all.map(stateOf), ["stored", "withheld", "filtered", "seen", "stored"]);
  assertEquals(table.claim(1, 1, 9).map(({ seq }) => seq), [1, 5]);
  assertEquals(table.change(2, "see", 2), true);
  assertEquals(stateOf(2), "seen");
});

Deno.test("EventTable.expire() expires held and withheld events, and deletes neither before [journal.retention]", () => {
  using fixture = createFixture([
    eventOf(1, { state: "held", session: null }),
    eventOf(2, { state: "withheld", session: null }),
  ]);
  const { table, stateOf } = fixture;
  assertEquals(table.deleteClosed(1e6, 1e6, 10), 0);
  assertEquals(table.expire(1e6, 1e6, 10), 2);
  assertEquals([1, 2].map(stateOf), ["expired", "expired"]);
});

Deno.test("EventTable.list() lists the newest first, by state, session and page", () => {
  const states: EventState[] = ["stored", "pushed", "seen", "answered", "expired"];
  using fixture = createFixture(
    states.flatMap((state, i) => [
      eventOf(i * 3 + 1, { state }),
      eventOf(i * 3 + 2, { state, session: 2 }),
      eventOf(i * 3 + 3, { state, session: null }),
    ]),
  );
  const seqs = (query: Parameters<typeof fixture.table.list>[0]) =>
    fixture.table.list(query).map(({ seq }) => seq);
  assertEquals(seqs({ limit: 3 }), [15, 14, 13]);
  assertEquals(seqs({ limit: 3, before: 14 }), [13, 12, 11]);
  const open = states.filter(isOpen);
  assertEquals(seqs({ limit: 9, states: open }), [6, 5, 4, 3, 2, 1]);
  assertEquals(seqs({ limit: 2, states: open, before: 5 }), [4, 3]);
  assertEquals(seqs({ limit: 9, states: open, sessions: [1, null] }), [6, 4, 3, 1]);
  assertEquals(seqs({ limit: 9, states: ["seen"] }), [9, 8, 7]);
});

Deno.test("EventTable removes what is old: open events last, and without their text first [journal.retention]", () => {
  using fixture = createFixture([
    eventOf(1, { raw: Uint8Array.of(1) }),
    eventOf(2, { state: "seen", raw: Uint8Array.of(2) }),
    eventOf(3, { state: "pushed" }),
    eventOf(4, { state: "seen" }),
    eventOf(5, { raw: Uint8Array.of(5) }),
  ]);
  const { table, stateOf } = fixture;
  const rawOf = (...seqs: number[]) => seqs.map((seq) => table.raw(seq)?.[0]);
  assertEquals(rawOf(1, 2, 3, 5), [1, 2, undefined, 5]);
  assertEquals(table.expire(40, 1000, 1), 1);
  assertEquals(rawOf(1, 2, 5), [undefined, 2, 5]);
  assertEquals(table.expire(40, 1000, 10), 1);
  assertEquals([stateOf(1), table.get(1)?.content, stateOf(3)], ["expired", "", "expired"]);
  assertEquals(table.deleteClosed(1000, 1000, 10), 2);
  assertEquals([2, 4].map(stateOf), [undefined, undefined]);
  assertEquals(rawOf(2, 5), [undefined, 5]);
  assertEquals(table.deleteClosed(1001, 1001, 10), 2);
  assertEquals([1, 3].map(stateOf), [undefined, undefined]);
  assertEquals(table.deleteOldest(50, 10), []);
  assertEquals(table.deleteOldest(51, 10), ["stored"]);
  assertEquals([table.list({ limit: 1 }), ...rawOf(5)], [[], undefined]);
});
