import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { until } from "../../_until.ts";
import { createDiskFullError } from "../_memory_journal.ts";
import { createFixture, REQUEST } from "../_session_agent.ts";

Deno.test("SessionAgent writes nothing before the client has settled [event.settle]", async () => {
  using fixture = createFixture();
  const { agent, begin, store, written, contents } = fixture;
  agent.register();
  store(2);
  agent.sync();
  await null;
  assertEquals([written.length, agent.direct.isReady], [0, false]);
  begin();
  await until("it is ready", () => agent.direct.isReady);
  assertEquals(contents(), ["event 1", "event 2"]);
  assertEquals(fixture.journal.events.list({ limit: 9 }).map(({ state }) => state), [
    "pushed",
    "pushed",
  ]);
});

Deno.test("SessionAgent writes up to three events that have waited one by one, and more as a digest [offer.digest]", async () => {
  for (const count of [3, 4]) {
    using fixture = createFixture();
    const { agent, begin, store, written, contents } = fixture;
    agent.register();
    store(count, 1);
    begin();
    await until("it is ready", () => agent.direct.isReady);
    if (count === 3) assertEquals(contents(), ["event 1", "event 2", "event 3"]);
    else {
      assertEquals(written.map(({ meta }) => meta), [{ digest: "4" }]);
      assertMatch(written[0]?.content ?? "", /^4 events [^]*evt_00000000001 [^]*inbox/);
    }
    assertEquals(fixture.journal.events.sessionsOf("stored"), []);
  }
});

Deno.test("SessionAgent writes what waited before what is fresh, however much there is", async () => {
  using fixture = createFixture();
  const { agent, begin, store, written, contents } = fixture;
  agent.register();
  store(250, 1);
  store(120);
  begin();
  await until("it is ready", () => agent.direct.isReady);
  assertEquals(written[0]?.meta, { digest: "250" });
  assertEquals(written.length, 121);
  assertEquals(contents().at(-1), "event 370");
});

Deno.test("SessionAgent says when an event comes again [offer.attempt]", async () => {
  using fixture = createFixture();
  const { agent, begin, journal, store, written } = fixture;
  agent.register();
  begin();
  store(1);
  agent.sync();
  await until("it is written", () => written.length === 1);
  journal.events.assign([1], agent.sessionId);
  agent.sync();
  await until("it is written again", () => written.length === 2);
  assertEquals(written.map(({ meta }) => meta?.attempt), [undefined, "2"]);
});

Deno.test("SessionAgent gives back what the client does not read, and goes on when it does [event.stalled-client]", async () => {
  using fixture = createFixture();
  const { agent, begin, client, journal, store, contents } = fixture;
  agent.register();
  begin();
  await until("it is ready", () => agent.direct.isReady);
  client.reads = false;
  store(5);
  agent.sync();
  await until("it is behind", () => !agent.direct.isReady);
  const states = () => journal.events.list({ limit: 9 }).map(({ state }) => state);
  await until("all are given back", () => states().every((state) => state === "stored"));
  assertEquals(agent.direct.tryPush({ seq: 9, content: "", meta: {}, attempts: 1 }), false);
  assertEquals(agent.direct.hasRefused, true);
  client.reads = true;
  agent.resume();
  await until("it is ready", () => agent.direct.isReady);
  assertEquals(contents(), ["event 1", "event 2", "event 3", "event 4", "event 5"]);
  assertEquals(agent.direct.hasRefused, false);
});

Deno.test("SessionAgent gives back a digest that the client does not read", async () => {
  using fixture = createFixture();
  const { agent, begin, client, journal, store, written } = fixture;
  agent.register();
  store(150, 1);
  client.reads = false;
  begin();
  await until("it is given back", () => journal.events.sessionsOf("pushed").length === 0);
  client.reads = true;
  agent.resume();
  await until("it is written", () => written.length === 1);
  assertEquals(written[0]?.meta, { digest: "150" });
});

Deno.test("SessionAgent finds a session deaf that shows none of its events seen, until it does [session.deaf]", async () => {
  using fixture = createFixture({ deafAfter: 5 });
  const { agent, begin, journal, logged, store, written } = fixture;
  agent.register();
  begin();
  store(5);
  agent.sync();
  await until("all are written", () => written.length === 5);
  assertEquals([agent.isDeaf, agent.pushedUnseen], [true, 5]);
  assertStringIncludes(logged[0] ?? "", "none of 5 events seen");
  assertEquals(journal.sessions.get(agent.sessionId)?.isDeaf, true);
  agent.noteCall(journal, false);
  assert(agent.isDeaf, "a call that names no event proves nothing");
  agent.noteCall(journal, true);
  assertEquals([agent.isDeaf, agent.pushedUnseen], [false, 0]);
  assertEquals(journal.sessions.get(agent.sessionId)?.isDeaf, false);
  store(10);
  agent.sync();
  await until("all are written", () => written.length === 15);
  assertEquals(agent.isDeaf, false);
});

Deno.test("SessionAgent pushes an unseen event again where that is asked for [redeliver]", async () => {
  using fixture = createFixture({ redeliverAfterMs: 1 });
  const { agent, begin, journal, store, written } = fixture;
  agent.register();
  begin();
  store(2);
  agent.sync();
  await until("they come again", () => written.length >= 4);
  assertEquals(written[2]?.meta?.attempt, "2");
  journal.events.change(1, "see", 1);
  journal.events.change(2, "see", 1);
  assertEquals(journal.events.reclaim(agent.sessionId, Infinity, 1, 9), []);
});

Deno.test("SessionAgent pushes nothing again to a client that has not taken what was sent [stdio.unread] [redeliver]", async () => {
  using fixture = createFixture({ redeliverAfterMs: 1 });
  const { agent, begin, client, journal, store, written } = fixture;
  client.isWaiting = true;
  agent.register();
  begin();
  store(2);
  agent.sync();
  await until("they are written", () => written.length === 2);
  let isDue = false;
  // The least time between two looks is 250 ms.
  AbortSignal.timeout(600).addEventListener("abort", () => isDue = true);
  await until("they would have come again", () => isDue);
  assertEquals([written.length, journal.events.get(1)?.attempts], [2, 1]);
  client.isWaiting = false;
  await until("they come again", () => written.length >= 4);
});

Deno.test("SessionAgent tells its own verdicts, each once [verdict.own-session]", () => {
  using fixture = createFixture();
  const { agent, begin, client, journal, verdicts } = fixture;
  begin();
  agent.register();
  agent.ask(REQUEST);
  assertEquals(client.notified, 1);
  const [message] = journal.outbound.after(0, 9);
  assertEquals([message?.outbound.kind, message?.recipient], ["prompt", null]);
  journal.permissions.open({ ...REQUEST, requestId: "fghij" }, agent.sessionId + 1, 0, 1e15);
  for (const requestId of ["abcde", "fghij"]) fixture.allow(requestId);
  agent.sync();
  agent.sync();
  assertEquals(verdicts, ["allow abcde"]);
});

Deno.test("SessionAgent.syncVerdicts() claims no events [verdict.own-session]", async () => {
  using fixture = createFixture();
  const { agent, begin, journal, store, verdicts, written } = fixture;
  agent.register();
  begin();
  await until("it is ready", () => agent.direct.isReady);
  agent.ask(REQUEST);
  fixture.allow("abcde");
  store(1);
  agent.syncVerdicts();
  assertEquals([verdicts, agent.direct.isReady], [["allow abcde"], true]);
  assertEquals([written.length, journal.events.get(1)?.state], [0, "stored"]);
});

Deno.test("SessionAgent survives a journal that fails, and goes on after", async () => {
  using fixture = createFixture();
  const { agent, begin, memory, store, written } = fixture;
  agent.register();
  begin();
  await until("it is ready", () => agent.direct.isReady);
  store(1);
  memory.failure = createDiskFullError();
  agent.sync();
  await until("it is behind", () => !agent.direct.isReady);
  memory.failure = undefined;
  agent.sync();
  await until("it is written", () => written.length === 1);
});

Deno.test("SessionAgent.register() enters the session again where another journal took the place", () => {
  using fixture = createFixture();
  const { agent, journal } = fixture;
  agent.register();
  const id = agent.sessionId;
  agent.register();
  assertEquals(agent.sessionId, id);
  journal.sessions.markEnded(id, 1);
  journal.sessions.deleteBefore(2, 10);
  agent.register();
  assert(agent.sessionId > id);
});

Deno.test("SessionAgent.close() says that the session has ended, and writes no more", () => {
  using fixture = createFixture();
  const { agent, begin, journal, store, written } = fixture;
  agent.register();
  begin();
  agent.close();
  agent.close();
  assert(journal.sessions.get(agent.sessionId)?.endedAt);
  store(1);
  agent.sync();
  assertEquals([written.length, agent.direct.isReady], [0, false]);
});
