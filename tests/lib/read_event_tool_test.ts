import { assert, assertEquals, assertLessOrEqual, assertStringIncludes } from "@std/assert";
import fc from "fast-check";
import { formatChatId, formatEventId, tryParseEventId } from "../../lib/event_id.ts";
import type { EventRecord } from "../../lib/event_record.ts";
import { formatHowToAnswer } from "../../lib/pushed_event.ts";
import { createReadEventTool, EVENT_ID_HINT, quoteEventId } from "../../lib/read_event_tool.ts";
import { recordOf, STORED_AT } from "./_events.ts";
import { hostileText, show } from "./_texts.ts";

/** The tool on a journal of one event, and the numbers that were looked up. */
function toolOf(event: EventRecord) {
  const read: number[] = [];
  const tool = createReadEventTool((seq) => {
    read.push(seq);
    return seq === event.seq ? event : undefined;
  });
  return { tool, read };
}

Deno.test("createReadEventTool() makes a tool that takes an event_id [tools.read-event]", () => {
  const { tool } = toolOf(recordOf(7));
  assertEquals(tool.name, "read_event");
  const { type, required, properties } = tool.inputSchema();
  assertEquals(type, "object");
  assertEquals(required, ["event_id"]);
  assertEquals(Object.keys(properties as object), ["event_id"]);
});

Deno.test("createReadEventTool() gives attributes, history, the whole text and how to answer [tools.read-event]", async () => {
  const { tool, read } = toolOf(recordOf(7, {
    state: "seen",
    attempts: 2,
    pushedAt: STORED_AT + 1000,
    seenAt: STORED_AT + 2000,
    meta: { severity: "high", sender: "dev", path: "/ci" },
    content: "build failed\n\n  at line 7",
  }));
  assertEquals(await tool.call({ event_id: "evt_00000000007" }), {
    text: [
      "evt_00000000007 (seen)",
      "severity: high",
      "sender: dev",
      "path: /ci",
      "2026-11-21T04:00:00.000Z stored",
      "2026-11-21T04:00:01.000Z pushed, attempt 2",
      "2026-11-21T04:00:02.000Z seen",
      "",
      "build failed",
      "",
      "  at line 7",
      "",
      "(Answer: reply with chat_id chat_00000000007. No answer due: ack evt_00000000007.)",
    ].join("\n"),
  });
  assertEquals(read, [7]);
});

Deno.test("createReadEventTool() names the chat that the event came in", async () => {
  const { tool } = toolOf(recordOf(7, { chat: formatChatId(3) }));
  const { text } = await tool.call({ event_id: formatEventId(7) });
  assertEquals(text.split("\n").at(-1), formatHowToAnswer(formatChatId(3), formatEventId(7)));
});

Deno.test("createReadEventTool() ends with how to answer, whatever the text says [tools.read-event]", async () => {
  await fc.assert(fc.asyncProperty(fc.maxSafeNat(), hostileText, async (seq, content) => {
    const event = recordOf(seq, { content });
    const { text } = await toolOf(event).tool.call({ event_id: event.id });
    assert(text.startsWith(`${event.id} (stored)\nsender: ci\n`));
    assert(text.endsWith(`\n\n${content}\n\n${formatHowToAnswer(event.chat, event.id)}`));
  }));
});

Deno.test("createReadEventTool() says so when there is no such event, and what to do [tools.read-event]", async () => {
  const { tool, read } = toolOf(recordOf(7));
  const cases: [string, string, number[]][] = [
    ["evt_00000000008", '"evt_00000000008"', [8]],
    ["chat_00000000007", '"chat_00000000007"', []],
    ["EVT_00000000007", '"EVT_00000000007"', []],
    ["7", '"7"', []],
    ["", '""', []],
    [' a"\n b\u202e', `"a' b"`, []],
  ];
  for (const [event_id, quoted, looked] of cases) {
    read.length = 0;
    assertEquals(await tool.call({ event_id }), {
      text: `There is no event ${quoted}. ${EVENT_ID_HINT}`,
      isError: true,
    });
    assertEquals(read, looked, show(event_id));
  }
});

Deno.test("createReadEventTool() looks nothing up without an id [tools.read-event]", async () => {
  const { tool, read } = toolOf(recordOf(7));
  for (const args of [undefined, {}, { event_id: 7 }, { event_id: ["evt_00000000007"] }, []]) {
    const { text, isError } = await tool.call(args);
    assertEquals(isError, true, show(args));
    assertStringIncludes(text, "event_id (The event_id attribute of the event)", show(args));
  }
  assertEquals(read, []);
});

Deno.test("quoteEventId() repeats a text on one short line between its only two quotes", () => {
  assertEquals(quoteEventId("evt_00000000007"), '"evt_00000000007"');
  assertLessOrEqual(quoteEventId("x".repeat(1_000_000)).length, 66);
  fc.assert(fc.property(hostileText, (text) => {
    assert(/^"[^"\p{Cc}\p{Zl}\p{Zp}]*"$/u.test(quoteEventId(text)), show(text));
  }));
});

Deno.test("EVENT_ID_HINT shows an id that is one", () => {
  const [, id = ""] = /"([^"]*)"/.exec(EVENT_ID_HINT) ?? [];
  assert(tryParseEventId(id) !== undefined, id);
});
