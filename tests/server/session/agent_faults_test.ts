import { assertEquals, assertThrows } from "@std/assert";
import { delay } from "../../../server/runtime/delay.ts";
import type { Journal } from "../../../server/journal/journal.ts";
import { JournalError } from "../../../server/journal/error.ts";
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
    agent.sync();
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
      agent.sync();
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

Deno.test("SessionAgent.ask() enters the session first, whose own the verdict is [verdict.own-session]", () => {
  using fixture = createFixture();
  const { agent, begin, allow, journal, memory, verdicts } = fixture;
  begin();
  memory.failure = createDiskFullError();
  assertThrows(() => agent.ask(REQUEST), JournalError, "full");
  memory.failure = undefined;
  agent.ask(REQUEST);
  const id = agent.sessionId;
  assertEquals([journal.permissions.find("abcde")[0]?.session, id > 0], [id, true]);
  agent.register();
  allow("abcde");
  agent.sync();
  assertEquals([agent.sessionId, verdicts], [id, ["allow abcde"]]);
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
