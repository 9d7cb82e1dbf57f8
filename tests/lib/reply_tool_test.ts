import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { createReplyTool, type Reply } from "../../lib/reply_tool.ts";
import { show } from "./_texts.ts";

Deno.test("createReplyTool() makes the documented tool", () => {
  const tool = createReplyTool(() => {});
  assertEquals(tool.name, "reply");
  const { type, required, properties } = tool.inputSchema();
  assertEquals(type, "object");
  assertEquals(required, ["chat_id", "text"]);
  assertEquals(Object.keys(properties as object), ["chat_id", "text"]);
});

Deno.test("createReplyTool() sends the reply and answers that it is sent", async () => {
  const replies: Reply[] = [];
  const tool = createReplyTool((reply) => replies.push(reply));
  const result = await tool.call({ chat_id: "c1", text: "two\nlines", other: "left out" });
  assertEquals(result, { text: "sent" });
  assertEquals(replies, [{ chatId: "c1", text: "two\nlines" }]);
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
    throw new Error("Nobody listens");
  });
  await assertRejects(() => tool.call({ chat_id: "c1", text: "hi" }), Error, "Nobody listens");
});
