import { assert, assertEquals, assertRejects } from "@std/assert";
import type { DeliverableEvent } from "../../../lib/event/pushed_event.ts";
import type { IncomingEvent, SessionLink } from "../../../server/event/types.ts";
import { EventIntake, findRepeated } from "../../../server/event/intake.ts";
import { JournalError } from "../../../server/journal/error.ts";
import { createDiskFullError, MemoryJournal } from "../_memory_journal.ts";

function eventOf(content: string, fields: Partial<IncomingEvent> = {}): IncomingEvent {
  return { source: "text", sender: "dev", content, meta: { path: "/" }, ...fields };
}

function createFixture() {
  const memory = new MemoryJournal();
  const { journal } = memory;
  let commits = 0;
  const transaction = journal.transaction.bind(journal);
  journal.transaction = (run) => {
    commits++;
    return transaction(run);
  };
  const pushed: DeliverableEvent[] = [];
  const session = { isReady: true, reads: true, syncs: 0 };
  const link: SessionLink = {
    sessionId: 1,
    sync: () => void session.syncs++,
    syncVerdicts() {},
    direct: {
      get isReady() {
        return session.isReady;
      },
      get hasRefused() {
        return !session.reads;
      },
      tryPush(event) {
        assertEquals(journal.events.get(event.seq)?.state, "pushed", "it is on disk by now");
        if (session.reads) pushed.push(event);
        return session.reads;
      },
    },
  };
  return {
    memory,
    journal,
    link,
    session,
    pushed,
    intake: new EventIntake({ keeper: memory }),
    commits: () => commits,
    [Symbol.dispose]: () => memory[Symbol.dispose](),
  };
}

Deno.test("EventIntake.take() has the event on disk before it answers, and pushes it once [journal.before-answer]", async () => {
  using fixture = createFixture();
  const { intake, journal, link, pushed } = fixture;
  const { seq, kind } = await intake.take(eventOf("hello"), link);
  assertEquals(kind, "accepted");
  assertEquals(journal.events.get(seq)?.content, "hello");
  assertEquals(pushed, [{ seq, content: "hello", meta: { path: "/" }, attempts: 1 }]);
});

Deno.test("EventIntake.take() commits what comes in together in one transaction [journal.group-commit]", async () => {
  using fixture = createFixture();
  const { intake, link, pushed, commits } = fixture;
  const taken = Array.from({ length: 50 }, (_, i) => intake.take(eventOf(`${i}`), link));
  const receipts = await Promise.all(taken);
  assert(commits() <= 3, `${commits()} transactions`);
  assertEquals(pushed.map(({ content }) => content), Array.from({ length: 50 }, (_, i) => `${i}`));
  const seqs = receipts.map(({ seq }) => seq);
  assertEquals(seqs, seqs.toSorted((a, b) => a - b));
});

Deno.test("EventIntake.take() takes one of equal deliveries that come together and were looked up before [source.replay]", async () => {
  for (const keys of [{ delivery: "d" }, { digest: "d" }]) {
    using fixture = createFixture();
    const { intake, journal } = fixture;
    // After a commit of several the next events wait for each other.
    await Promise.all(Array.from({ length: 20 }, () => intake.take(eventOf("other"), undefined)));
    const taken = Array.from({ length: 20 }, () => {
      const found = findRepeated(journal, { sender: "dev", ...keys }, Date.now());
      return intake.take(eventOf("hello", { ...keys, duplicateOf: found ?? null }), undefined);
    });
    const [first, ...rest] = await Promise.all(taken);
    assertEquals(first?.kind, "stored");
    assertEquals(rest, Array(19).fill({ seq: first?.seq, kind: "duplicate" }));
  }
});

Deno.test("EventIntake.take() leaves events in the journal for sessions that are elsewhere or behind", async () => {
  using fixture = createFixture();
  const { intake, journal, session } = fixture;
  const { direct: _, ...link } = fixture.link;
  const elsewhere: SessionLink = { ...link, sessionId: 7 };
  const receipts = await Promise.all([
    intake.take(eventOf("a"), elsewhere),
    intake.take(eventOf("b"), elsewhere),
    intake.take(eventOf("c"), undefined),
  ]);
  assertEquals(receipts.map(({ kind }) => kind), ["accepted", "accepted", "stored"]);
  const rows = receipts.map(({ seq }) => journal.events.get(seq));
  assertEquals(rows.map((row) => [row?.state, row?.session]), [
    ["stored", 7],
    ["stored", 7],
    ["stored", null],
  ]);
  assert(session.syncs > 0, "the session is woken");
  session.isReady = false;
  for (const [reads, expected] of [[true, "accepted"], [false, "stored"]] as const) {
    session.reads = reads;
    const { seq, kind } = await intake.take(eventOf("d"), fixture.link);
    assertEquals([kind, journal.events.get(seq)?.state], [expected, "stored"]);
  }
  assertEquals(fixture.pushed, []);
});

Deno.test("EventIntake.take() gives back what the client does not read", async () => {
  using fixture = createFixture();
  const { intake, journal, link, session } = fixture;
  session.reads = false;
  const { seq, kind } = await intake.take(eventOf("hello"), link);
  assertEquals(kind, "stored");
  const event = journal.events.get(seq);
  assertEquals([event?.state, event?.attempts, event?.pushedAt], ["stored", 0, null]);
});

Deno.test("EventIntake.take() refuses when the journal fails, keeps nothing, and goes on after [journal.failure]", async () => {
  using fixture = createFixture();
  const { intake, memory, journal, link, pushed } = fixture;
  memory.failure = createDiskFullError();
  const taken = [intake.take(eventOf("a"), link), intake.take(eventOf("b"), link)];
  for (const each of taken) await assertRejects(() => each, JournalError, "the disk is full");
  memory.failure = undefined;
  assertEquals(journal.events.list({ limit: 1 }), []);
  assertEquals((await intake.take(eventOf("c"), link)).kind, "accepted");
  assertEquals(pushed.map(({ content }) => content), ["c"]);
});

Deno.test("EventIntake.take() does not trip over a number that another process gave [event.id-order]", async () => {
  using fixture = createFixture();
  const { intake, journal, link } = fixture;
  const first = await intake.take(eventOf("first"), link);
  const foreign = { session: null, source: "text", sender: "dev", meta: "{}", content: "theirs" };
  for (let i = 1; i <= 5000; i++) {
    journal.events.insert({ ...foreign, seq: first.seq + i, state: "stored", storedAt: 0 });
  }
  const second = await intake.take(eventOf("second"), link);
  assert(second.seq > first.seq);
  assertEquals(journal.events.get(second.seq)?.content, "second");
});

Deno.test("EventIntake gives an event to no session of a journal that is gone [journal.removed]", async () => {
  using old = new MemoryJournal();
  using fresh = new MemoryJournal();
  let current = old;
  const intake = new EventIntake({ keeper: { write: (run) => current.write(run) } });
  let pushed = 0;
  const link = {
    sessionId: old.startSession(),
    sync() {},
    syncVerdicts() {},
    direct: { isReady: true, hasRefused: false, tryPush: () => ++pushed > 0 },
  };
  const event = { source: "text", sender: "dev", content: "hi", meta: {} };
  assertEquals((await intake.take(event, link)).kind, "accepted");
  current = fresh;
  const { seq, kind } = await intake.take(event, link);
  assertEquals([kind, pushed], ["stored", 1]);
  const { state, session } = fresh.journal.events.get(seq) ?? {};
  assertEquals([state, session], ["stored", null]);
  assertEquals((await intake.take(event, link)).kind, "accepted");
});
