import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { formatEventId } from "../../../lib/event/event_id.ts";
import { permissionStateOf } from "../../../lib/permission/permission.ts";
import type { EventState } from "../../../lib/event/event_state.ts";
import { createSessionTools } from "../../../server/session/tools.ts";
import { createDiskFullError, MemoryJournal } from "../_memory_journal.ts";

function createFixture() {
  const memory = new MemoryJournal();
  const { journal } = memory;
  const calls: boolean[] = [];
  let notified = 0;
  const agent = {
    sessionId: memory.startSession(),
    isDeaf: false,
    pushedUnseen: 0,
    noteCall: (_: unknown, hasSeen: boolean) => void calls.push(hasSeen),
  };
  const tools = createSessionTools({ keeper: memory, agent, notifyOwner: () => notified++ });
  const base = {
    session: agent.sessionId,
    storedAt: 1,
    source: "text",
    sender: "ci",
    meta: '{"path":"/ci"}',
  };
  for (let seq = 1; seq <= 3; seq++) {
    const content = `build ${seq} failed\nsecond line`;
    journal.events.insert({ ...base, seq, state: "pushed", content });
  }
  return {
    memory,
    journal,
    agent,
    calls,
    notified: () => notified,
    names: tools.map(({ name }) => name),
    call: async (name: string, args: unknown) => {
      const result = await tools.find((tool) => tool.name === name)?.call(args);
      return { text: result?.text ?? "", isError: result?.isError ?? false };
    },
    stateOf: (seq: number) => journal.events.get(seq)?.state,
    said: () => journal.outbound.after(0, 99).map(({ id: _, at: __, ...message }) => message),
    [Symbol.dispose]: () => memory[Symbol.dispose](),
  };
}

const [ONE, TWO, THREE] = [1, 2, 3].map(formatEventId);
const CHAT = "chat_00000000001";

Deno.test("reply answers the event of its chat, and says what is still open [tools.reply] [event.answered]", async () => {
  using fixture = createFixture();
  const { text, isError } = await fixture.call("reply", { chat_id: CHAT, text: "on it" });
  assertEquals([text, isError], [`sent\n2 events unanswered: ${TWO}, ${THREE}`, false]);
  assertEquals([1, 2].map(fixture.stateOf), ["answered", "pushed"]);
  const status = { kind: "status", event_id: ONE ?? "", state: "answered" } as const;
  assertEquals(fixture.said(), [
    { recipient: "ci", outbound: { kind: "reply", chat_id: CHAT, text: "on it" } },
    { recipient: "ci", outbound: status },
  ]);
  assertEquals([fixture.calls, fixture.notified()], [[true], 1]);
});

Deno.test("reply also answers the event that reply_to names, and takes chats that it does not know", async () => {
  using fixture = createFixture();
  await fixture.call("reply", { chat_id: "1", text: "hi" });
  assertEquals(fixture.calls, [false]);
  const { text } = await fixture.call("reply", { chat_id: "1", text: "hi", reply_to: TWO });
  assertMatch(text, /^sent\n2 events unanswered/);
  assertEquals(fixture.stateOf(2), "answered");
  const bad = await fixture.call("reply", { chat_id: "1", text: "hi", reply_to: "two" });
  assert(bad.isError);
  assertMatch(bad.text, /^Not sent: "two" is no event id/);
  const replies = fixture.said().filter(({ outbound }) => outbound.kind === "reply");
  assertEquals(replies.map(({ recipient }) => recipient), [null, "ci"]);
});

Deno.test("inbox lists open events, the newest first, and marks nothing [tools.inbox]", async () => {
  using fixture = createFixture();
  const { text } = await fixture.call("inbox", {});
  const [head, ...lines] = text.split("\n");
  assertEquals(head, "3 open events, newest first:");
  assertStringIncludes(lines[0] ?? "", `${THREE} (`);
  assertStringIncludes(lines[0] ?? "", "from ci, pushed): build 3 failed");
  assert(!text.includes("second line"));
  assertEquals([1, 2, 3].map(fixture.stateOf), ["pushed", "pushed", "pushed"]);
  assertEquals(fixture.calls, [false]);
  const page = await fixture.call("inbox", { limit: 1, before: THREE });
  assertStringIncludes(page.text, `${TWO} (`);
  assertStringIncludes(page.text, `before "${TWO}"`);
  assertMatch((await fixture.call("inbox", { state: "seen" })).text, /^No seen events\n/);
  assert((await fixture.call("inbox", { before: "x" })).isError);
  assert((await fixture.call("inbox", { state: "lost" })).isError);
});

Deno.test("read_event gives the whole event and marks it seen [tools.read-event] [event.seen]", async () => {
  using fixture = createFixture();
  const { text } = await fixture.call("read_event", { event_id: ONE });
  for (const part of [`${ONE} (seen)`, "path: /ci", "build 1 failed\nsecond line", CHAT]) {
    assertStringIncludes(text, part);
  }
  assertMatch(text, /1970-01-01T00:00:00.001Z stored\n/);
  assertEquals(fixture.stateOf(1), "seen");
  const status = { kind: "status", event_id: ONE ?? "", state: "seen" } as const;
  assertEquals(fixture.said(), [{ recipient: "ci", outbound: status }]);
  await fixture.call("read_event", { event_id: ONE });
  assertEquals(fixture.said().length, 1, "it is seen once");
  const unknown = await fixture.call("read_event", { event_id: "evt_00000000009" });
  assertEquals(unknown.isError, true);
  assertMatch(unknown.text, /^There is no event "evt_00000000009"\. .*inbox lists them/);
});

Deno.test("ack closes events with a note, and names those that there are not [tools.ack]", async () => {
  using fixture = createFixture();
  const { text, isError } = await fixture.call("ack", {
    event_ids: [ONE, TWO, ONE, "evt_00000000009", "x"],
    note: "flaky\ntest",
  });
  assertEquals(isError, false);
  assertEquals(text.split("\n")[0], `acknowledged: ${ONE}, ${TWO}`);
  assertStringIncludes(text, 'There is no event "evt_00000000009" or "x"');
  assertStringIncludes(text, `1 event unanswered: ${THREE}`);
  assertEquals([1, 2, 3].map(fixture.stateOf), ["seen", "seen", "pushed"]);
  assertEquals(fixture.journal.events.get(1)?.note, "flaky test");
  assert((await fixture.call("ack", { event_ids: ["x"] })).isError);
  assert((await fixture.call("ack", { event_ids: [] })).isError);
  assertEquals((await fixture.call("ack", { event_ids: [THREE] })).text, `acknowledged: ${THREE}`);
});

Deno.test("every result says when the session is deaf [session.deaf]", async () => {
  using fixture = createFixture();
  fixture.agent.isDeaf = true;
  fixture.agent.pushedUnseen = 25;
  const { text } = await fixture.call("inbox", { state: "seen" });
  assertMatch(text, /None of the 25 events that were pushed to this session/);
});

Deno.test("a tool says why it failed when the journal does, and changes nothing [journal.failure]", async () => {
  using fixture = createFixture();
  fixture.memory.failure = createDiskFullError();
  for (
    const [name, args] of [
      ["reply", { chat_id: CHAT, text: "hi" }],
      ["read_event", { event_id: ONE }],
      ["ack", { event_ids: [ONE] }],
      ["inbox", {}],
    ] as const
  ) {
    const error = await fixture.call(name, args).catch((error) => error);
    assertStringIncludes(String(error), "the disk is full", name);
  }
  fixture.memory.failure = undefined;
  assertEquals([fixture.said(), fixture.stateOf(1)], [[], "pushed"]);
});

Deno.test("inbox has what belongs to no session and what sessions that have ended left, not what is another's [tools.inbox]", async () => {
  using fixture = createFixture();
  const { journal, memory } = fixture;
  const [ended, other] = [memory.startSession("ended"), memory.startSession("other")];
  journal.sessions.markEnded(ended, 1);
  const base = { storedAt: 1, source: "text", sender: "ci", meta: "{}", content: "" };
  journal.events.insert({ ...base, seq: 10, state: "stored", session: null });
  journal.events.insert({ ...base, seq: 11, state: "pushed", session: ended });
  journal.events.insert({ ...base, seq: 12, state: "pushed", session: other });
  journal.events.insert({ ...base, seq: 13, state: "held", session: null });
  const { text } = await fixture.call("inbox", {});
  const listed = Array.from(text.matchAll(/^evt_\S+(?= \()/gm), ([id]) => id);
  assertEquals(listed, [13, 11, 10, 3, 2, 1].map(formatEventId));
});

Deno.test("inbox has what was held back and what 50 sessions that have ended left, however many are open [tools.inbox]", async () => {
  using fixture = createFixture();
  const { agent, journal, memory } = fixture;
  const base = { storedAt: 1, source: "github", sender: "source:ci", meta: "{}", content: "" };
  const add = (seq: number, session: number | null, state: EventState = "stored") =>
    journal.events.insert({ ...base, seq, state, session });
  add(10, null, "held");
  add(11, null, "withheld");
  for (let seq = 100; seq < 160; seq++) {
    const session = memory.startSession();
    if (seq < 155) journal.sessions.markEnded(session, 1);
    add(seq, session);
  }
  const list = async () => {
    const { text } = await fixture.call("inbox", { limit: 100 });
    return Array.from(text.matchAll(/^evt_\S+(?= \()/gm), ([id]) => id);
  };
  const left = Array.from({ length: 50 }, (_, i) => 154 - i);
  assertEquals(await list(), [...left, 11, 10, 3, 2, 1].map(formatEventId));
  agent.sessionId = 0;
  assertEquals(await list(), [...left, 11, 10].map(formatEventId), "before it is registered");
});

Deno.test("inbox and read_event name held and withheld events by their state, and read_event closes them [tools.inbox] [event.states]", async () => {
  using fixture = createFixture();
  const { call, journal, stateOf } = fixture;
  const base = { storedAt: 1, source: "github", sender: "source:ci", meta: "{}", content: "text" };
  for (const [seq, state] of [[10, "held"], [11, "withheld"]] as const) {
    journal.events.insert({ ...base, seq, state, session: null });
    const listed = await call("inbox", { state });
    assertMatch(
      listed.text,
      new RegExp(`^1 ${state} event, newest first:\n${formatEventId(seq)} `),
    );
    assertStringIncludes(listed.text, `from source:ci, ${state}): text`);
    const read = await call("read_event", { event_id: formatEventId(seq) });
    assertStringIncludes(read.text, `${formatEventId(seq)} (seen)\n`);
    assertEquals(stateOf(seq), "seen");
  }
  journal.events.releaseHeld();
  assertEquals([10, 11].map(stateOf), ["seen", "seen"]);
});

/** Enters a permission request of the session, and calls the tool. */
async function callAsked(
  fixture: ReturnType<typeof createFixture>,
  [tool, asked]: readonly [tool: string, asked: unknown],
  called: unknown,
): Promise<string | undefined> {
  const { journal, agent } = fixture;
  const request = {
    requestId: "abcde",
    toolName: `mcp__webhook__${tool}`,
    description: "d",
    inputPreview: JSON.stringify(asked),
  };
  const now = Date.now();
  journal.permissions.open(request, agent.sessionId, now, now + 60_000);
  await fixture.call(tool, called);
  const [row] = journal.permissions.find("abcde");
  return row && permissionStateOf(row, now);
}

Deno.test("a call of the tool that waits for approval says that it was answered elsewhere [permission.elsewhere]", async () => {
  const cases: [string, Record<string, unknown>][] = [
    ["reply", { chat_id: CHAT, text: "hi" }],
    ["inbox", {}],
    ["read_event", { event_id: ONE }],
    ["ack", { event_ids: [ONE, TWO] }],
  ];
  for (const [tool, args] of cases) {
    using fixture = createFixture();
    assertEquals(await callAsked(fixture, [tool, args], args), "answered elsewhere", tool);
    const [first] = fixture.said();
    assertEquals(first, {
      recipient: null,
      outbound: { kind: "status", request_id: "abcde", state: "answered elsewhere" },
    });
    assert(fixture.notified() > 0, tool);
    const told = fixture.said().filter(({ outbound }) => "request_id" in outbound);
    await fixture.call(tool, args);
    const again = fixture.said().filter(({ outbound }) => "request_id" in outbound);
    assertEquals([told.length, again.length], [1, 1], "once");
  }
});

Deno.test("a call closes its request and says so, or neither, and says it at once [permission.elsewhere]", async () => {
  using fixture = createFixture();
  const { journal, said, notified } = fixture;
  const bad = { event_ids: [] };
  journal.outbound.insert = () => {
    throw createDiskFullError();
  };
  assertEquals(await callAsked(fixture, ["ack", bad], bad), "open");
  Reflect.deleteProperty(journal.outbound, "insert");
  assertEquals([said().length, notified()], [0, 0]);
  await fixture.call("ack", bad);
  assertEquals([said().length, notified()], [1, 1], "although the call itself changes nothing");
});

Deno.test("a call that has waited for no approval writes nothing of its own [permission.elsewhere]", async () => {
  using fixture = createFixture();
  const { journal, notified } = fixture;
  let transactions = 0;
  journal.transaction = (run) => {
    transactions++;
    return run();
  };
  await fixture.call("ack", { event_ids: [] });
  assertEquals([transactions, notified()], [0, 0]);
});

Deno.test("a call that names other chats or events leaves the request open [permission.elsewhere]", async () => {
  const cases: [string, Record<string, unknown>, Record<string, unknown>][] = [
    ["reply", { chat_id: CHAT, text: "hi" }, { chat_id: "chat_00000000002", text: "hi" }],
    ["read_event", { event_id: ONE }, { event_id: TWO }],
    ["ack", { event_ids: [ONE] }, { event_ids: [ONE, TWO] }],
  ];
  for (const [tool, asked, called] of cases) {
    using fixture = createFixture();
    assertEquals(await callAsked(fixture, [tool, asked], called), "open", tool);
    const told = fixture.said().filter(({ outbound }) => "request_id" in outbound);
    assertEquals(told, [], tool);
  }
  using fixture = createFixture();
  fixture.agent.sessionId = fixture.memory.startSession("other");
  const own = fixture.agent.sessionId;
  assertEquals(await callAsked(fixture, ["inbox", {}], {}), "answered elsewhere");
  fixture.agent.sessionId = own - 1;
  fixture.journal.permissions.open(
    { requestId: "fghij", toolName: "mcp__webhook__inbox", description: "", inputPreview: "{}" },
    own,
    0,
    1e15,
  );
  await fixture.call("inbox", {});
  assertEquals(fixture.journal.permissions.find("fghij")[0]?.isClosed, false, "of another session");
});
