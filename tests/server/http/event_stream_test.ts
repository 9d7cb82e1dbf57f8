import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import type { Audience, OutboundMessage } from "../../../lib/event/outbound.ts";
import { EventStream } from "../../../server/http/event_stream.ts";
import { until } from "../../_until.ts";
import { createFixture, LISTENER, readText } from "../_event_stream.ts";
import { MemoryJournal } from "../_memory_journal.ts";

const MESSAGE: OutboundMessage = {
  id: 0,
  at: 0,
  recipient: null,
  outbound: { kind: "reply", chat_id: "1", text: "hi" },
};

Deno.test("EventStream greets, then sends every message as data lines [sse.plain-format]", async () => {
  const fixture = createFixture();
  const [first, second] = [fixture.listen(), fixture.listen()];
  for (const listener of [first, second]) assertEquals(await listener.next(), ": connected\n\n");
  fixture.say("a\n\nb");
  for (const listener of [first, second]) {
    assertEquals(await listener.next(), "data: Reply to 1: a\ndata: >\ndata: > b\n\n");
  }
  await fixture.events.close();
  for (const listener of [first, second]) assertEquals(await listener.next(), undefined);
});

Deno.test("EventStream sends what was said before it closes, and takes nothing more", async () => {
  const fixture = createFixture();
  const listener = fixture.listen();
  await listener.next();
  fixture.say("bye");
  const closing = fixture.events.close();
  assertEquals(fixture.events.listen({ caller: LISTENER, format: "plain" }), "closed");
  await closing;
  assertEquals(await listener.next(), "data: Reply to 1: bye\n\n");
  assertEquals(await listener.next(), undefined);
  await fixture.events.close();
});

Deno.test("EventStream sends programs typed events with ids, and people replies and prompts [sse.json-format]", async () => {
  const fixture = createFixture();
  const [json, plain] = [fixture.listen("json"), fixture.listen("plain")];
  await json.next();
  await plain.next();
  fixture.addStatus();
  fixture.say("hi");
  assertEquals(
    await json.next(),
    'event:status\ndata: {"id":1,"at":0,"event_id":"evt_1","state":"seen"}\nid:1\n\n',
  );
  assertEquals(
    await json.next(),
    'event:reply\ndata: {"id":2,"at":0,"chat_id":"1","text":"hi"}\nid:2\n\n',
  );
  assertEquals(await plain.next(), "data: Reply to 1: hi\n\n");
  await fixture.events.close();
});

Deno.test("EventStream encodes a message once for each format that has a listener for it", async () => {
  const fixture = createFixture();
  const other = { id: "ci", chats: "own", approves: false } as const;
  const listeners: ReturnType<typeof fixture.listen>[] = [];
  const cases: readonly (readonly ["plain" | "json", Audience, number])[] = [
    ["json", other, 0],
    ["plain", LISTENER, 1],
    ["plain", { ...LISTENER, id: "ops" }, 1],
    ["json", { ...LISTENER, id: "web" }, 2],
    ["json", { ...LISTENER, id: "page" }, 2],
  ];
  for (const [format, caller, expected] of cases) {
    const listener = fixture.listen(format, undefined, caller);
    await listener.next();
    if (caller !== other) listeners.push(listener);
    let encoded = 0;
    fixture.add({
      kind: "reply",
      chat_id: "1",
      get text() {
        encoded++;
        return "hi";
      },
    });
    fixture.events.pump();
    for (const listener of listeners) assertStringIncludes(await listener.next() ?? "", "hi");
    assertEquals(encoded, expected, `${listeners.length} listeners`);
  }
  await fixture.events.close();
});

Deno.test("EventStream reads nothing from the journal before the first listener and after the last one", async () => {
  const reads: number[] = [];
  let newest = 7;
  const events = new EventStream({
    source: {
      lastId: () => newest,
      after(id, limit) {
        reads.push(id);
        const length = Math.min(newest - id, limit);
        return Array.from({ length }, (_, index) => ({ ...MESSAGE, id: id + 1 + index }));
      },
    },
  });
  const listen = async (after?: number) => {
    const listener = readText(events.listen({ caller: LISTENER, format: "json", after }));
    await listener.next();
    return listener;
  };
  const say = async (count = 1) => {
    newest += count;
    events.pump();
    await new Promise((resolve) => setImmediate(resolve));
  };
  await say();
  assertEquals(reads, []);
  const first = await listen();
  await say();
  assertStringIncludes(await first.next() ?? "", "id:9\n");
  assertEquals(reads.splice(0), [8]);
  await first.cancel();
  await until("no listener is left", () => events.size === 0);
  await say(500);
  assertEquals(reads, []);
  const second = await listen();
  await say();
  assertStringIncludes(await second.next() ?? "", "id:510\n");
  assertEquals(reads, [509]);
  await events.close();
});

Deno.test("EventStream leaves no gap when the last listener leaves and another resumes while messages are sent [sse.resume]", async () => {
  const fixture = createFixture();
  for (let round = 0; round < 20; round++) {
    const leaving = fixture.listen("json");
    await leaving.next();
    const lastRead = fixture.messages.length;
    for (let i = 0; i < 5; i++) fixture.say("while it leaves");
    for (let turn = 0; turn < round; turn++) await null;
    const canceled = leaving.cancel();
    while (fixture.events.size > 0) await null;
    fixture.addReply("before the next one comes");
    const next = fixture.listen("json", lastRead);
    await next.next();
    fixture.say("once it is there");
    for (let id = lastRead + 1; id <= lastRead + 7; id++) {
      assertStringIncludes(await next.next() ?? "", `id:${id}\n`, `round ${round}`);
    }
    await canceled;
    await next.cancel();
    await until("no listener is left", () => fixture.events.size === 0);
  }
  await fixture.events.close();
});

Deno.test("EventStream resumes after any message without gap or repetition, while more is said [sse.resume]", async () => {
  const fixture = createFixture();
  const total = 1000;
  for (let i = 1; i <= total / 2; i++) fixture.addReply(`${i}`);
  const afters = [0, 1, 99, 100, 250, 499, 500];
  const listeners = afters.map((after) => fixture.listen("json", after));
  const saying = (async () => {
    for (let i = total / 2 + 1; i <= total; i++) {
      fixture.say(`${i}`);
      if (i % 7 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
  })();
  for (const [index, listener] of listeners.entries()) {
    const after = afters[index] ?? 0;
    await listener.next();
    for (let id = after + 1; id <= total; id++) {
      assert((await listener.next())?.includes(`\nid:${id}\n`), `${id} after ${after}`);
    }
  }
  await saying;
  await fixture.events.close();
});

Deno.test("EventStream resumes past messages that its format does not show", async () => {
  const fixture = createFixture();
  for (let i = 0; i < 350; i++) fixture.addStatus();
  fixture.addReply("at last");
  const listener = fixture.listen("plain", 0);
  assertEquals(await listener.next(), ": connected\n\n");
  assertEquals(await listener.next(), "data: Reply to 1: at last\n\n");
  fixture.say("live");
  assertEquals(await listener.next(), "data: Reply to 1: live\n\n");
  await fixture.events.close();
});

Deno.test("EventStream reads no further ahead than a slow listener does", async () => {
  const fixture = createFixture({ maxQueuedBytes: 1000 });
  for (let i = 0; i < 5000; i++) fixture.addReply("x".repeat(100));
  const listener = fixture.listen("plain", 0);
  let count = -1;
  for (; count < 5000; count++) assert(await listener.next() !== undefined, `${count}`);
  await listener.cancel();
});

Deno.test("EventStream splits lines as the format does, and no others", async () => {
  const fixture = createFixture();
  const listener = fixture.listen();
  await listener.next();
  fixture.say("a\r\nb\u2028c\rd");
  assertEquals(await listener.next(), "data: Reply to 1: a\ndata: > b\ndata: > c\ndata: > d\n\n");
  await fixture.events.close();
});

Deno.test("EventStream takes no more streams than allowed [sse.stream-limit]", async () => {
  const fixture = createFixture({ maxStreams: 2 });
  const { events } = fixture;
  const [first, second] = [fixture.listen(), fixture.listen()];
  assertEquals(events.listen({ caller: LISTENER, format: "plain" }), "too many streams");
  await first.cancel();
  await until("one listens", () => events.size === 1);
  const third = fixture.listen();
  await third.cancel();
  await second.cancel();
  await until("no listener is left", () => events.size === 0);
});

Deno.test("EventStream cuts off a reader that is too slow, and no other [sse.slow-reader]", async () => {
  const fixture = createFixture({ maxQueuedBytes: 1000 });
  const { events } = fixture;
  const stream = events.listen({ caller: LISTENER, format: "plain" });
  assert(typeof stream !== "string");
  const slow = stream.getReader();
  const fast = fixture.listen();
  await fast.next();
  for (let i = 0; i < 30; i++) {
    fixture.say("x".repeat(100));
    assertEquals((await fast.next())?.length, 120);
  }
  assertEquals(events.size, 1);
  await assertRejects(
    async () => {
      while (!(await slow.read()).done);
    },
    Error,
    "too slow",
  );
  await events.close();
});

Deno.test("EventStream gives up a listener whose messages cannot be read, and nothing else [sse.resume]", async () => {
  const messages = [1, 2].map((id) => ({ ...MESSAGE, id }));
  let failure: Error | undefined;
  const events = new EventStream({
    maxStreamsPerSender: 1,
    source: {
      lastId: () => 2,
      after(id) {
        if (failure !== undefined) throw failure;
        return messages.filter((message) => message.id > id);
      },
    },
  });
  const listen = () => readText(events.listen({ caller: LISTENER, format: "json", after: 0 }));
  failure = new Error("The journal fails");
  const failed = listen();
  await failed.next();
  await assertRejects(() => failed.next(), Error, "The journal fails");
  assertEquals(events.size, 0);
  failure = undefined;
  const next = listen();
  await next.next();
  assertStringIncludes(await next.next() ?? "", "id:1\n");
  events.review();
  await events.close();
});

Deno.test("EventStream sends all of a journal that takes the place of another, to a listener that stays and to one that comes again [journal.corrupt]", async () => {
  using old = new MemoryJournal();
  using next = new MemoryJournal();
  let { journal } = old;
  const events = new EventStream({
    source: {
      lastId: () => journal.outbound.lastId(),
      after: (id, limit) => journal.outbound.after(id, limit),
    },
  });
  const listen = (after?: number) =>
    readText(events.listen({ caller: LISTENER, format: "json", after }));
  const say = (text: string, nowMs: number) => {
    const about = { session: null, recipient: null, nowMs };
    journal.outbound.insert({ kind: "reply", chat_id: "1", text }, about);
    events.pump();
  };
  const staying = listen();
  await staying.next();
  for (let i = 0; i < 20; i++) {
    say("old", 1000);
    await staying.next();
  }
  const lastRead = journal.outbound.lastId();
  assertEquals(lastRead, 1019, "as many as are said at a time have numbers of their own");
  ({ journal } = next);
  for (const text of ["one", "two"]) {
    say(text, 2000);
    assertStringIncludes(await staying.next() ?? "", text);
  }
  const late = listen(lastRead);
  await late.next();
  for (const text of ["one", "two"]) assertStringIncludes(await late.next() ?? "", text);
  say("three", 1500);
  for (const { next } of [staying, late]) assertStringIncludes(await next() ?? "", "id:2002\n");
  await events.close();
});

Deno.test("EventStream sends a comment to keep streams open [sse.heartbeat]", async () => {
  const fixture = createFixture({ heartbeatMs: 5 });
  const listener = fixture.listen();
  await listener.next();
  assertEquals(await listener.next(), ": heartbeat\n\n");
  assertEquals(await listener.next(), ": heartbeat\n\n");
  await listener.cancel();
  await until("no listener is left", () => fixture.events.size === 0);
  fixture.say("no listener hears this");
  await fixture.events.close();
});
