import { assertEquals, assertThrows } from "@std/assert";
import { delay } from "../../../server/runtime/delay.ts";
import type { Journal } from "../../../server/journal/journal.ts";
import { until } from "../../_until.ts";
import { createDiskFullError } from "../_memory_journal.ts";
import { createFixture, REQUEST } from "../_session_agent.ts";

function statesOf(journal: Journal): string[] {
  return [...new Set(journal.events.list({ limit: 999 }).map(({ state }) => state))];
}

Deno.test("SessionAgent tells what it has claimed when the journal fails at the next claim [journal.failure]", async () => {
  using fixture = createFixture();
  const { agent, begin, journal, memory, store, written } = fixture;
  agent.register();
  store(250, 1);
  begin();
  assertEquals([written.length, statesOf(journal)], [0, ["stored", "pushed"]]);
  memory.failure = createDiskFullError();
  await until("the first are told", () => written.length === 1);
  assertEquals(agent.direct.isReady, false);
  memory.failure = undefined;
  agent.sync();
  await until("it is ready", () => agent.direct.isReady);
  assertEquals(written.map(({ meta }) => meta), [{ digest: "100" }, { digest: "150" }]);
});

Deno.test("SessionAgent.close() gives back what is claimed and not written, and claims no more [offer.stored]", async () => {
  using fixture = createFixture();
  const { agent, begin, journal, store, written } = fixture;
  agent.register();
  store(250, 1);
  begin();
  assertEquals(journal.events.sessionsOf("pushed"), [agent.sessionId]);
  agent.close();
  assertEquals([written.length, statesOf(journal)], [0, ["stored"]]);
  for (let turn = 0; turn < 5; turn++) await delay(0);
  assertEquals([written.length, statesOf(journal)], [0, ["stored"]]);
});

Deno.test("SessionAgent gives back later what the journal did not take back [event.stalled-client]", async () => {
  for (const storedAt of [1, Date.now() + 1000]) {
    using fixture = createFixture();
    const { agent, begin, client, journal, memory, store, written } = fixture;
    agent.register();
    store(5, storedAt);
    client.reads = false;
    client.onRefused = () => memory.failure = createDiskFullError();
    begin();
    await until("they are refused", () => memory.failure);
    assertEquals(statesOf(journal), ["pushed"]);
    memory.failure = undefined;
    client.reads = true;
    agent.resume();
    await until("it is ready", () => agent.direct.isReady);
    const digests = storedAt === 1 ? ["5"] : Array(5).fill(undefined);
    assertEquals(written.map(({ meta }) => meta?.digest), digests);
    assertEquals(written.filter(({ meta }) => meta?.attempt), [], "for the first time");
  }
});

Deno.test("SessionAgent goes on when the client reads again at the moment in which it refuses [event.stalled-client]", async () => {
  using fixture = createFixture();
  const { agent, begin, client, contents, store } = fixture;
  agent.register();
  store(2);
  client.reads = false;
  client.onRefused = () =>
    queueMicrotask(() => {
      client.reads = true;
      agent.resume();
    });
  begin();
  await until("it is ready", () => agent.direct.isReady);
  assertEquals(contents(), ["event 1", "event 2"]);
});

Deno.test("SessionAgent tells verdicts that the client did not take when it reads, each once [verdict.own-session]", () => {
  using fixture = createFixture();
  const { agent, begin, allow, client, memory, verdicts } = fixture;
  begin();
  for (const requestId of ["aaaaa", "bbbbb", "ccccc"]) agent.ask({ ...REQUEST, requestId });
  allow("aaaaa");
  agent.sync();
  client.reads = false;
  allow("bbbbb");
  agent.sync();
  allow("ccccc");
  agent.sync();
  assertEquals(verdicts, ["allow aaaaa"]);
  memory.failure = createDiskFullError();
  client.reads = true;
  agent.sync();
  agent.sync();
  assertEquals(verdicts, ["allow aaaaa", "allow bbbbb", "allow ccccc"]);
  memory.failure = undefined;
  agent.sync();
  assertEquals(verdicts.length, 3);
});

Deno.test("SessionAgent claims nothing while the client does not read, however often it is told of news [stdio.unread]", async () => {
  using fixture = createFixture();
  const { agent, begin, client, contents, journal, memory, store } = fixture;
  agent.register();
  begin();
  await until("it is ready", () => agent.direct.isReady);
  client.reads = false;
  let refusals = 0;
  client.onRefused = () => void refusals++;
  store(200);
  agent.sync();
  await until("it is refused", () => agent.direct.hasRefused);
  const write = memory.write.bind(memory);
  let writes = 0;
  memory.write = (run) => {
    writes++;
    return write(run);
  };
  const changes = journal.changeCount();
  for (let i = 0; i < 50; i++) {
    agent.sync();
    await delay(0);
  }
  assertEquals([refusals, journal.changeCount() - changes, writes], [1, 0, 50], "50 for verdicts");
  const attempts = journal.events.list({ limit: 999 }).map(({ seq }) =>
    journal.events.get(seq)?.attempts
  );
  assertEquals(new Set(attempts), new Set([0]));
  client.reads = true;
  agent.resume();
  await until("it is ready", () => agent.direct.isReady);
  assertEquals(contents().length, 200);
});

Deno.test("SessionAgent gives back what it has claimed once the journal heals, also while the client does not read [stdio.unread]", async () => {
  using fixture = createFixture();
  const { agent, begin, client, journal, memory, store } = fixture;
  agent.register();
  store(5);
  client.reads = false;
  client.onRefused = () => memory.failure = createDiskFullError();
  begin();
  await until("they are refused", () => memory.failure);
  assertEquals(statesOf(journal), ["pushed"]);
  memory.failure = undefined;
  agent.sync();
  assertEquals(statesOf(journal), ["stored"]);
});

Deno.test("SessionAgent.ask() keeps what is asked while the journal fails, and enters it when it heals [permission.kept] [verdict.own-session]", () => {
  using fixture = createFixture();
  const { agent, begin, allow, client, journal, memory, verdicts } = fixture;
  begin();
  memory.failure = createDiskFullError();
  agent.ask(REQUEST);
  agent.ask({ ...REQUEST, requestId: "fghij" });
  agent.sync();
  assertEquals([agent.sessionId, client.notified], [0, 0]);
  memory.failure = undefined;
  agent.sync();
  const id = agent.sessionId;
  const asked = journal.permissions.list(9).map(({ requestId, session }) => [requestId, session]);
  assertEquals([asked, id > 0], [[["fghij", id], ["abcde", id]], true]);
  assertEquals(journal.outbound.after(0, 9).map(({ outbound: { kind } }) => kind), [
    "prompt",
    "prompt",
  ]);
  assertEquals(client.notified, 1, "the owner is told");
  agent.register();
  allow("abcde");
  agent.sync();
  assertEquals([agent.sessionId, client.notified, verdicts], [id, 1, ["allow abcde"]]);
});

Deno.test("SessionAgent.ask() keeps a limited number of requests, and none that has expired [permission.kept]", () => {
  using fixture = createFixture();
  const { agent, begin, journal, memory } = fixture;
  begin();
  memory.failure = createDiskFullError();
  for (let i = 0; i < 40; i++) agent.ask({ ...REQUEST, requestId: `id-${i}` });
  memory.failure = undefined;
  agent.sync();
  const asked = journal.permissions.list(99).map(({ requestId }) => requestId);
  assertEquals([asked.length, asked[0], asked.at(-1)], [32, "id-39", "id-8"]);

  using late = createFixture({ permissionExpiryMs: 0 });
  late.begin();
  late.memory.failure = createDiskFullError();
  late.agent.ask(REQUEST);
  late.memory.failure = undefined;
  late.agent.sync();
  assertEquals(late.journal.permissions.list(9), []);
});

Deno.test("SessionAgent.noteCall() says that the session hears, also where that was rolled back before [session.deaf]", () => {
  using fixture = createFixture({ deafAfter: 1 });
  const { agent, begin, journal, logged } = fixture;
  begin();
  agent.register();
  agent.direct.tryPush({ seq: 1, content: "", meta: {}, attempts: 1 });
  const isDeaf = () => journal.sessions.get(agent.sessionId)?.isDeaf;
  const callInVain = () =>
    journal.transaction(() => {
      agent.noteCall(journal, true);
      throw createDiskFullError();
    });
  assertThrows(callInVain);
  assertEquals([isDeaf(), agent.isDeaf], [true, false]);
  agent.noteCall(journal, true);
  assertEquals([isDeaf(), logged.length], [false, 2]);
});
