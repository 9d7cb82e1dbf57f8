import { assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import fc from "fast-check";
import type { ChannelTool, ToolResult } from "../../../lib/channel/define_tool.ts";
import { formatEventId } from "../../../lib/event/event_id.ts";
import { formatFooter, type OpenEvents, withFooter } from "../../../lib/channel/tool_footer.ts";
import { show } from "../_texts.ts";

function toolOf(call: (args: unknown) => Promise<ToolResult>): ChannelTool {
  return { name: "reply", description: "Replies", inputSchema: () => ({ type: "object" }), call };
}

Deno.test("formatFooter() says how many events are unanswered and names the oldest [tools.footer]", () => {
  const [one, two] = [formatEventId(1), formatEventId(2)];
  const cases: [Partial<OpenEvents>, string[]][] = [
    [{}, []],
    [{ count: 1, oldest: [1] }, [`1 event unanswered: ${one}`]],
    [{ count: 2, oldest: [1, 2] }, [`2 events unanswered: ${one}, ${two}`]],
    [{ count: 3, oldest: [1, 2] }, [`3 events unanswered: ${one}, ${two}, …`]],
    [{ count: 99, oldest: [1] }, [`99 events unanswered: ${one}, …`]],
    [{ count: 100, oldest: [1] }, [`100 or more events unanswered: ${one}, …`]],
    [{ count: 250, oldest: [1] }, [`100 or more events unanswered: ${one}, …`]],
    [{ count: 2 }, ["2 events unanswered: …"]],
  ];
  for (const [fields, lines] of cases) {
    const open = { count: 0, maxCount: 100, oldest: [], unheard: 0, ...fields };
    assertEquals(formatFooter(open), lines, show(fields));
  }
});

Deno.test("formatFooter() says so when a session was pushed events and has shown none seen [tools.footer]", () => {
  const deaf = "None of the 20 events that were pushed to this session was shown to be seen. " +
    "Use inbox to list them";
  const quiet = { count: 0, maxCount: 100, oldest: [], unheard: 20 };
  assertEquals(formatFooter(quiet), [deaf]);
  assertEquals(formatFooter({ ...quiet, count: 1, oldest: [7] }), [
    "1 event unanswered: evt_00000000007",
    deaf,
  ]);
});

Deno.test("formatFooter() is silent exactly when nothing is to do", () => {
  const open = fc.record({
    count: fc.nat(120),
    maxCount: fc.constant(100),
    oldest: fc.array(fc.maxSafeNat(), { maxLength: 5 }),
    unheard: fc.nat(30),
  });
  fc.assert(fc.property(open, (open) => {
    const lines = formatFooter(open);
    assertEquals(lines.length, Number(open.count > 0) + Number(open.unheard > 0));
    assertEquals(lines.filter((line) => line.includes("\n")), []);
  }));
});

Deno.test("withFooter() ends each result with the footer as it is after the call [tools.footer]", async () => {
  let open = 2;
  const tool = toolOf((args) => {
    open--;
    return Promise.resolve({ text: `called with ${show(args)}`, isError: open === 0 });
  });
  const wrapped = withFooter(tool, () => [`${open} open`, "last"]);
  assertEquals([wrapped.name, wrapped.description], ["reply", "Replies"]);
  assertEquals(wrapped.inputSchema(), { type: "object" });
  assertEquals(await wrapped.call({ a: 1 }), {
    text: 'called with {"a":1}\n1 open\nlast',
    isError: false,
  });
  assertEquals(await wrapped.call(null), { text: "called with null\n0 open\nlast", isError: true });
});

Deno.test("withFooter() adds nothing when nothing is to do", async () => {
  const tool = withFooter(toolOf(() => Promise.resolve({ text: "sent" })), () => []);
  assertEquals(await tool.call({}), { text: "sent" });
});

Deno.test("withFooter() keeps a result whose footer cannot be made [tools.footer]", async () => {
  const result = { text: "sent" };
  const tool = withFooter(toolOf(() => Promise.resolve(result)), () => {
    throw new Error("The journal is gone");
  });
  // A reply that was sent must not look like one that failed: it would be sent twice.
  assertStrictEquals(await tool.call({}), result);
});

Deno.test("withFooter() lets the error of a tool reach the caller, and asks for no footer", async () => {
  let asked = 0;
  const tool = withFooter(
    toolOf(() => Promise.reject(new RangeError("Out of range"))),
    () => [`${++asked}`],
  );
  await assertRejects(() => tool.call({}), RangeError, "Out of range");
  assertEquals(asked, 0);
});
