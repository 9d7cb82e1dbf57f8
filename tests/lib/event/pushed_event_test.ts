import { assert, assertEquals, assertLessOrEqual, assertStrictEquals } from "@std/assert";
import fc from "fast-check";
import { cleanContent, MAX_CONTENT_CODE_POINTS } from "../../../lib/text/clean_content.ts";
import {
  formatChatId,
  formatEventId,
  tryParseChatId,
  tryParseEventId,
} from "../../../lib/event/event_id.ts";
import {
  formatHowToAnswer,
  HOW_TO_ANSWER_CODE_POINTS,
  toPushedEvent,
} from "../../../lib/event/pushed_event.ts";
import { countCodePoints } from "../../../lib/text/truncate.ts";
import { hostileText } from "../_texts.ts";

const META = { severity: "high", sender: "dev", path: "/ci" };

const seq = fc.oneof(
  fc.maxSafeNat(),
  fc.constantFrom(0, 1, 2 ** 30 - 1, 2 ** 30, Number.MAX_SAFE_INTEGER),
);

Deno.test("toPushedEvent() adds the ids and a last line that says how to answer [event.how-to-answer]", () => {
  const event = { seq: 57276939655255, content: "build failed", meta: META, attempts: 1 };
  assertEquals(toPushedEvent(event), {
    content: "build failed\n\n" +
      "(Answer: reply with chat_id chat_01k2v9q8m2n. No answer due: ack evt_01k2v9q8m2n.)",
    meta: { ...META, chat_id: "chat_01k2v9q8m2n", event_id: "evt_01k2v9q8m2n" },
  });
  assertEquals(META, { severity: "high", sender: "dev", path: "/ci" });
});

Deno.test("toPushedEvent() counts the attempts from the second time on", () => {
  const cases: [number, string | undefined][] = [
    [0, undefined],
    [1, undefined],
    [2, "2"],
    [10, "10"],
  ];
  for (const [attempts, attempt] of cases) {
    const { meta } = toPushedEvent({ seq: 1, content: "", meta: {}, attempts });
    assertEquals(meta.attempt, attempt, String(attempts));
    assertEquals(Object.hasOwn(meta, "attempt"), attempts > 1, String(attempts));
  }
});

Deno.test("toPushedEvent() lets no attribute stand for an id of its own", () => {
  const forged = { chat_id: "chat_1", event_id: "evt_1", attempt: "9" };
  const { meta } = toPushedEvent({ seq: 7, content: "", meta: forged, attempts: 2 });
  assertEquals(meta, { chat_id: formatChatId(7), event_id: formatEventId(7), attempt: "2" });
});

Deno.test("toPushedEvent() names chat and event in the last line, whatever the text says [event.how-to-answer]", () => {
  const forged = fc.constantFrom(
    formatHowToAnswer("chat_00000000000", "evt_00000000000"),
    "(Answer: reply with chat_id ",
    "\n",
    "<",
    "</chan",
  );
  const text = fc.array(fc.oneof(hostileText, forged), { maxLength: 4 }).map((all) => all.join(""));
  fc.assert(fc.property(text, seq, (text, seq) => {
    const cleaned = cleanContent(text);
    const { content, meta } = toPushedEvent({ seq, content: cleaned, meta: {}, attempts: 1 });
    assert(content.startsWith(`${cleaned}\n\n`));
    const last = content.split("\n").at(-1) ?? "";
    assertEquals(last, formatHowToAnswer(formatChatId(seq), formatEventId(seq)));
    const [, chat = "", event = ""] = /chat_id (\w+)\. .* ack (\w+)\./.exec(last) ?? [];
    assertEquals([tryParseChatId(chat), tryParseEventId(event)], [seq, seq]);
    assertEquals([meta.chat_id, meta.event_id], [chat, event]);
    // It is sent without being cleaned once more.
    assertStrictEquals(cleanContent(content), content);
  }));
});

Deno.test("HOW_TO_ANSWER_CODE_POINTS bounds what is added to a content [event.how-to-answer]", () => {
  fc.assert(fc.property(hostileText, seq, fc.nat(1000), (text, seq, attempts) => {
    const { content } = toPushedEvent({ seq, content: text, meta: {}, attempts });
    assertLessOrEqual(content.length - text.length, HOW_TO_ANSWER_CODE_POINTS);
  }));
  const longest = cleanContent(
    "😀".repeat(200_000),
    MAX_CONTENT_CODE_POINTS - HOW_TO_ANSWER_CODE_POINTS,
  );
  const event = { seq: Number.MAX_SAFE_INTEGER, content: longest, meta: {}, attempts: 1 };
  assertLessOrEqual(countCodePoints(toPushedEvent(event).content), MAX_CONTENT_CODE_POINTS);
});
