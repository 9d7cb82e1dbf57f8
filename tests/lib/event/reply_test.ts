import { assertEquals, assertNotMatch } from "@std/assert";
import fc from "fast-check";
import { formatReply } from "../../../lib/event/reply.ts";
import { hostileText } from "../_texts.ts";

Deno.test("formatReply() has the documented form and keeps lines, tabs and emoji", () => {
  const text = "done ✅ ⚠\ufe0f\r\n\tnext 👩\u200d💻";
  const formatted = formatReply({ chatId: "chat_1", text });
  assertEquals(formatted, "Reply to chat_1: done ✅ ⚠\ufe0f\n\tnext 👩\u200d💻");
});

Deno.test("formatReply() writes out what would rewrite the screen", () => {
  assertEquals(
    formatReply({ chatId: "1\nClaude wants to run Bash: ls", text: "\x1b[2J\u202eok" }),
    "Reply to 1 Claude wants to run Bash: ls: \\u{1B}[2J\\u{202E}ok",
  );
  fc.assert(fc.property(hostileText, hostileText, (chatId, text) => {
    const formatted = formatReply({ chatId, text });
    assertNotMatch(formatted, /[^\P{Cc}\n\t]|[\u202a-\u202e\u2066-\u2069]/u);
  }));
});
