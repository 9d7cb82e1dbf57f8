import { assertEquals, assertLessOrEqual, assertRejects, assertStringIncludes } from "@std/assert";
import { EVENT_ID_HINT } from "../../../lib/channel/event_id_hint.ts";
import type { Reply } from "../../../lib/event/reply.ts";
import { createReplyTool } from "../../../lib/channel/reply_tool.ts";
import { show } from "../_texts.ts";

Deno.test("createReplyTool() makes the documented tool, with reply_to besides", () => {
  const tool = createReplyTool(() => {});
  assertEquals(tool.name, "reply");
  const { type, required, properties } = tool.inputSchema();
  assertEquals(type, "object");
  assertEquals(required, ["chat_id", "text"]);
  assertEquals(Object.keys(properties as object), ["chat_id", "text", "reply_to"]);
});

Deno.test("createReplyTool() sends the reply and answers that it is sent", async () => {
  const replies: Reply[] = [];
  const tool = createReplyTool((reply) => replies.push(reply));
  const result = await tool.call({ chat_id: "c1", text: "two\nlines", other: "left out" });
  assertEquals(result, { text: "sent" });
  assertEquals(replies, [{ chatId: "c1", text: "two\nlines", replyTo: undefined }]);
});

Deno.test("createReplyTool() names the event that is answered by its number", async () => {
  const replies: Reply[] = [];
  const tool = createReplyTool((reply) => replies.push(reply));
  const args = { chat_id: "chat_00000000007", text: "hi", reply_to: "evt_00000000010" };
  assertEquals(await tool.call(args), { text: "sent" });
  await tool.call({ ...args, reply_to: "evt_00000000000" });
  assertEquals(replies, [
    { chatId: "chat_00000000007", text: "hi", replyTo: 32 },
    { chatId: "chat_00000000007", text: "hi", replyTo: 0 },
  ]);
});

Deno.test("createReplyTool() sends nothing when reply_to is no event id, and says so", async () => {
  const replies: Reply[] = [];
  const tool = createReplyTool((reply) => replies.push(reply));
  const cases: [string, string][] = [
    ["", '""'],
    ["two", '"two"'],
    ["chat_00000000007", '"chat_00000000007"'],
    ["evt_00000000007\n", '"evt_00000000007"'],
    ["evt_vvvvvvvvvvv", '"evt_vvvvvvvvvvv"'],
  ];
  for (const [reply_to, quoted] of cases) {
    assertEquals(await tool.call({ chat_id: "c1", text: "hi", reply_to }), {
      text: `Not sent: ${quoted} is no event id. ${EVENT_ID_HINT}`,
      isError: true,
    }, show(reply_to));
  }
  const long = await tool.call({ chat_id: "c1", text: "hi", reply_to: "x".repeat(1_000_000) });
  assertLessOrEqual(long.text.length, 200);
  assertEquals(replies, []);
});

Deno.test("createReplyTool() sends nothing when an argument is missing or empty", async () => {
  const replies: Reply[] = [];
  const tool = createReplyTool((reply) => replies.push(reply));
  const cases: [unknown, string][] = [
    [undefined, "chat_id"],
    [{}, "chat_id"],
    [{ text: "hi" }, "chat_id"],
    [{ chat_id: "", text: "hi" }, "chat_id"],
    [{ chat_id: 1, text: "hi" }, "chat_id"],
    [{ chat_id: "c1" }, "text"],
    [{ chat_id: "c1", text: "" }, "text"],
    [{ chat_id: "c1", text: null }, "text"],
    [{ chat_id: "c1", text: "hi", reply_to: 7 }, "reply_to"],
  ];
  for (const [args, name] of cases) {
    const { text, isError } = await tool.call(args);
    assertEquals(isError, true, show(args));
    assertStringIncludes(text, `${name}: `, show(args));
    assertStringIncludes(text, "chat_id (The chat_id attribute of the event you answer)");
  }
  assertEquals(replies, []);
});

Deno.test("createReplyTool() does not say that a reply is sent when sending throws", async () => {
  const tool = createReplyTool(() => {
    throw new Error("No listener is left");
  });
  await assertRejects(() => tool.call({ chat_id: "c1", text: "hi" }), Error, "No listener is left");
});
