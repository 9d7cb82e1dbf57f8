import { assert, assertEquals, assertLessOrEqual, assertStringIncludes } from "@std/assert";
import fc from "fast-check";
import { createAckTool } from "../../../lib/channel/ack_tool.ts";
import { formatEventId } from "../../../lib/event/event_id.ts";
import { EVENT_ID_HINT } from "../../../lib/channel/event_id_hint.ts";
import { countCodePoints } from "../../../lib/text/truncate.ts";
import { hostileText, show } from "../_texts.ts";

const [ONE, TWO, NINE] = [formatEventId(1), formatEventId(2), formatEventId(9)];

/** The tool on a journal of the events 1 to 8, and what was closed with which note. */
function toolOf() {
  const closed: [number, string | undefined][] = [];
  const tool = createAckTool({
    close: (seq, note) => {
      if (seq < 1 || seq > 8) return false;
      closed.push([seq, note]);
      return true;
    },
  });
  return { tool, closed };
}

Deno.test("createAckTool() makes a tool that takes ids and a note [tools.ack]", () => {
  const { tool } = toolOf();
  assertEquals(tool.name, "ack");
  const { type, required, properties } = tool.inputSchema();
  assertEquals(type, "object");
  assertEquals(required, ["event_ids"]);
  assertEquals(Object.keys(properties as object), ["event_ids", "note"]);
});

Deno.test("createAckTool() closes each event once and says which [tools.ack]", async () => {
  const { tool, closed } = toolOf();
  assertEquals(await tool.call({ event_ids: [TWO, ONE, TWO], note: "no need to act" }), {
    text: `acknowledged: ${TWO}, ${ONE}`,
    isError: false,
  });
  assertEquals(closed, [[2, "no need to act"], [1, "no need to act"]]);
});

Deno.test("createAckTool() closes what there is and names what there is not [tools.ack]", async () => {
  const { tool, closed } = toolOf();
  const cases: [string[], string[], boolean][] = [
    [[ONE], [`acknowledged: ${ONE}`], false],
    [[ONE, NINE], [`acknowledged: ${ONE}`, `There is no event "${NINE}". ${EVENT_ID_HINT}`], false],
    [[NINE], [`There is no event "${NINE}". ${EVENT_ID_HINT}`], true],
    [[NINE, "x", NINE], [`There is no event "${NINE}" or "x". ${EVENT_ID_HINT}`], true],
    [["chat_00000000001", ONE], [
      `acknowledged: ${ONE}`,
      `There is no event "chat_00000000001". ${EVENT_ID_HINT}`,
    ], false],
    [["", 'a"\nb'], [`There is no event "" or "a' b". ${EVENT_ID_HINT}`], true],
  ];
  for (const [event_ids, lines, isError] of cases) {
    assertEquals(
      await tool.call({ event_ids }),
      { text: lines.join("\n"), isError },
      show(event_ids),
    );
  }
  assertEquals(closed, [[1, undefined], [1, undefined], [1, undefined]]);
});

Deno.test("createAckTool() makes one line of a note, and none of an empty one", async () => {
  const cases: [string | undefined, string | undefined][] = [
    [undefined, undefined],
    ["", undefined],
    [" \n\u200b ", undefined],
    ["two\nlines", "two lines"],
    ['"quoted" \x1b[2J', "'quoted' [2J"],
    ["n".repeat(500), "n".repeat(500)],
  ];
  for (const [note, kept] of cases) {
    const { tool, closed } = toolOf();
    await tool.call({ event_ids: [ONE], note });
    assertEquals(closed, [[1, kept]], show(note));
  }
});

Deno.test("createAckTool() keeps a note of one line and at most 500 code points [tools.ack]", async () => {
  const note = fc.tuple(hostileText, fc.integer({ min: 1, max: 60 }))
    .map(([text, times]) => text.repeat(times));
  await fc.assert(fc.asyncProperty(note, async (note) => {
    const { tool, closed } = toolOf();
    await tool.call({ event_ids: [ONE], note });
    const [, kept = "-"] = closed[0] ?? [];
    assertLessOrEqual(countCodePoints(kept), 500);
    assert(kept !== "" && !/[\p{Cc}\p{Zl}\p{Zp}"]/u.test(kept), show(kept));
  }));
});

Deno.test("createAckTool() closes nothing when an argument is wrong [tools.ack]", async () => {
  const { tool, closed } = toolOf();
  const cases: [unknown, string][] = [
    [undefined, "event_ids: "],
    [{}, "event_ids: "],
    [{ event_ids: [] }, "event_ids: "],
    [{ event_ids: ONE }, "event_ids: "],
    [{ event_ids: [ONE, 2] }, "event_ids.1: "],
    [{ event_ids: Array(101).fill(ONE) }, "event_ids: "],
    [{ event_ids: [ONE], note: 1 }, "note: "],
    [{ event_ids: [ONE], note: null }, "note: "],
  ];
  for (const [args, part] of cases) {
    const { text, isError } = await tool.call(args);
    assertEquals(isError, true, show(args));
    assertStringIncludes(text, part, show(args));
  }
  assertEquals(closed, []);
});

Deno.test("createAckTool() takes 100 events and repeats none of them at any length", async () => {
  const event_ids = Array.from(
    { length: 100 },
    (_, i) => `${i}${"\n".repeat(10_000)}${"x".repeat(1000)}`,
  );
  const { text, isError } = await toolOf().tool.call({ event_ids });
  assertEquals(isError, true);
  assertLessOrEqual(text.length, 100 * 72 + 200);
  assertEquals(text.split("\n").length, 1);
});
