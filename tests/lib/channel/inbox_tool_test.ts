import { assert, assertEquals, assertLessOrEqual, assertStringIncludes } from "@std/assert";
import fc from "fast-check";
import type { EventSummary } from "../../../lib/event/event_record.ts";
import { EVENT_STATES } from "../../../lib/event/event_state.ts";
import { createInboxTool, type InboxQuery } from "../../../lib/channel/inbox_tool.ts";
import { STORED_AT, summaryOf } from "../_events.ts";
import { hostileText, show } from "../_texts.ts";

/** An inbox of some events, and what it was asked for. */
function inboxOf(events: readonly EventSummary[], nowMs = STORED_AT) {
  const queries: InboxQuery[] = [];
  const list = (query: InboxQuery) => {
    queries.push(query);
    return events.slice(0, query.limit);
  };
  return { tool: createInboxTool({ list, now: () => nowMs }), queries };
}

Deno.test("createInboxTool() makes a tool whose arguments are all optional [tools.inbox]", () => {
  const { tool } = inboxOf([]);
  assertEquals(tool.name, "inbox");
  const { type, required, properties } = tool.inputSchema();
  assertEquals(type, "object");
  assertEquals(required, undefined);
  assertEquals(Object.keys(properties as object), ["state", "limit", "before"]);
});

Deno.test("createInboxTool() lists open events, the newest first as it is given them [tools.inbox]", async () => {
  const events = [
    summaryOf(3, { start: "third\nmore" }),
    summaryOf(2, { sender: "dev", state: "pushed", storedAt: STORED_AT - 3_600_000 }),
  ];
  const { tool, queries } = inboxOf(events, STORED_AT + 60_000);
  assertEquals(await tool.call({}), {
    text: [
      "2 open events, newest first:",
      "evt_00000000003 (1 min old, from ci, stored): third",
      "evt_00000000002 (1 h old, from dev, pushed): build failed",
    ].join("\n"),
  });
  assertEquals(queries, [{ states: ["stored", "pushed", "held", "withheld"], limit: 20 }]);
});

Deno.test("createInboxTool() asks for the state, the number and the page that it was asked for [tools.inbox]", async () => {
  const cases: [unknown, InboxQuery][] = [
    [undefined, { states: ["stored", "pushed", "held", "withheld"], limit: 20 }],
    [{ state: "open" }, { states: ["stored", "pushed", "held", "withheld"], limit: 20 }],
    ...EVENT_STATES.map((state): [unknown, InboxQuery] => [{ state }, {
      states: [state],
      limit: 20,
    }]),
    [{ limit: 1 }, { states: ["stored", "pushed", "held", "withheld"], limit: 1 }],
    [{ limit: 100 }, { states: ["stored", "pushed", "held", "withheld"], limit: 100 }],
    [{ before: "evt_00000000010" }, {
      states: ["stored", "pushed", "held", "withheld"],
      limit: 20,
      before: 32,
    }],
    [{ before: "evt_00000000000" }, {
      states: ["stored", "pushed", "held", "withheld"],
      limit: 20,
      before: 0,
    }],
  ];
  for (const [args, query] of cases) {
    const { tool, queries } = inboxOf([]);
    await tool.call(args);
    assertEquals(queries, [query], show(args));
  }
});

Deno.test("createInboxTool() counts in words that are true of what it lists", async () => {
  const [one, two] = [summaryOf(1, { state: "seen" }), summaryOf(2, { state: "seen" })];
  const before = "evt_00000000009";
  const cases: [unknown, EventSummary[], string][] = [
    [{}, [], "No open events"],
    [{ state: "seen" }, [], "No seen events"],
    [{ before }, [], "No open events older than evt_00000000009"],
    [{ state: "seen" }, [one], "1 seen event, newest first:"],
    [{ state: "seen" }, [two, one], "2 seen events, newest first:"],
    [{ state: "seen", before }, [one], "1 seen event older than evt_00000000009, newest first:"],
  ];
  for (const [args, events, head] of cases) {
    const { text, isError } = await inboxOf(events).tool.call(args);
    assertEquals(text.split("\n")[0], head, show(args));
    assertEquals(isError, undefined, show(args));
  }
});

Deno.test("createInboxTool() says how to go on when there may be more [tools.inbox]", async () => {
  const events = [summaryOf(5), summaryOf(4), summaryOf(3)];
  const lastOf = async (limit: number) =>
    (await inboxOf(events).tool.call({ limit })).text.split("\n").at(-1);
  const hint = '(For older ones, call inbox again with before "evt_0000000000';
  assertEquals(await lastOf(2), `${hint}4".)`);
  assertEquals(await lastOf(3), `${hint}3".)`);
  assertEquals(await lastOf(4), "evt_00000000003 (0 s old, from ci, stored): build failed");
});

Deno.test("createInboxTool() asks for nothing when an argument is wrong [tools.inbox]", async () => {
  const { tool, queries } = inboxOf([summaryOf(1)]);
  const cases: [unknown, string][] = [
    [{ state: "unread" }, "state: "],
    [{ state: ["open"] }, "state: "],
    [{ limit: 0 }, "limit: "],
    [{ limit: 101 }, "limit: "],
    [{ limit: 1.5 }, "limit: "],
    [{ limit: "20" }, "limit: "],
    [{ before: 5 }, "before: "],
    [{ before: "" }, '"" is no event id. Event ids look like'],
    [{ before: "chat_00000000001" }, '"chat_00000000001" is no event id. Event ids look like'],
    [{ before: "evt_1\nevt_2" }, '"evt_1 evt_2" is no event id. Event ids look like'],
  ];
  for (const [args, part] of cases) {
    const { text, isError } = await tool.call(args);
    assertEquals(isError, true, show(args));
    assertStringIncludes(text, part, show(args));
  }
  assertEquals(queries, []);
});

Deno.test("createInboxTool() does not repeat a wrong id at any length", async () => {
  const { text } = await inboxOf([]).tool.call({ before: "x".repeat(1_000_000) });
  assertLessOrEqual(text.length, 200);
});

Deno.test("createInboxTool() gives each event one line, whatever its sender and its text are [tools.inbox]", async () => {
  const event = fc.record({ seq: fc.maxSafeNat(), sender: hostileText, start: hostileText });
  await fc.assert(
    fc.asyncProperty(fc.array(event, { minLength: 1, maxLength: 19 }), async (fields) => {
      const events = fields.map(({ seq, ...rest }) => summaryOf(seq, rest));
      const lines = (await inboxOf(events).tool.call({})).text.split("\n");
      assertEquals(lines.length, 1 + events.length);
      for (const [index, { id }] of events.entries()) {
        assert(lines[index + 1]?.startsWith(`${id} (0 s old, from `), lines[index + 1]);
      }
    }),
  );
});
