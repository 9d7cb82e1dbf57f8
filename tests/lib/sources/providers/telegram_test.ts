import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { telegram } from "../../../../lib/sources/providers/telegram.ts";
import { TELEGRAM_MESSAGE } from "../_payloads.ts";
import { assertSound, linesOf, mutationOf } from "../_shapes.ts";

const { message } = TELEGRAM_MESSAGE;

Deno.test("telegram tells of a message, and that there is a contact but not whose [source.shape]", () => {
  assertEquals(linesOf(telegram, { event: "message", payload: TELEGRAM_MESSAGE }), [
    "[telegram] message - chat -1001234567890 - user 1111111",
    'text (untrusted): "restart the queue"',
    "with: contact, photo",
    'from (untrusted): "Test User"',
    'user name (untrusted): "Tester"',
    'chat (untrusted): "Ops"',
    "message: 1365",
    'answers (untrusted): "The queue is stuck"',
    "https://t.me/c/1234567890/1365",
  ]);
});

Deno.test("telegram tells of a button, a caption and a post in a public channel [source.shape]", () => {
  const button = { id: "1", from: message.from, data: "roll back", message: { chat: { id: 5 } } };
  assertEquals(linesOf(telegram, { event: "", payload: { callback_query: button } }), [
    "[telegram] callback query - chat 5 - user 1111111",
    'data (untrusted): "roll back"',
    'from (untrusted): "Test User"',
    'user name (untrusted): "Tester"',
  ]);
  const chat = { id: -1001234567890, username: "acme_ops" };
  const post = { update_id: 1, channel_post: { message_id: 7, chat, caption: "Down", video: {} } };
  assertEquals(linesOf(telegram, { event: "", payload: post }), [
    "[telegram] channel post - chat -1001234567890",
    'text (untrusted): "Down"',
    "with: video",
    "message: 7",
    "https://t.me/acme_ops/7",
  ]);
});

Deno.test("telegram wants messages, posts and buttons of people [source.filter]", () => {
  const cases: [string, boolean][] = [
    ["message", true],
    ["channel_post", true],
    ["business_message", true],
    ["callback_query", true],
    ["edited_message", false],
    ["my_chat_member", false],
    ["inline_query", false],
  ];
  for (const [event, isWanted] of cases) {
    const shape = telegram.shape({ event, payload: { update_id: 1, [event]: message } });
    assertEquals([shape.event, shape.isWanted], [event, isWanted]);
  }
  const bot = { ...message, from: { ...message.from, is_bot: true } };
  assertEquals(telegram.shape({ event: "", payload: { message: bot } }).isWanted, false);
  assertEquals(telegram.shape({ event: "", payload: { update_id: 1 } }).event, "update");
});

Deno.test("telegram makes an event of any payload [source.total]", () => {
  fc.assert(fc.property(mutationOf(TELEGRAM_MESSAGE), (payload) => {
    assertSound(telegram, { event: "", payload });
  }));
});
