import { assert, assertEquals, assertMatch } from "@std/assert";
import fc from "fast-check";
import {
  EventSequence,
  formatChatId,
  formatEventId,
  seqAt,
  tryParseChatId,
  tryParseEventId,
} from "../../../lib/event/event_id.ts";

const SEQ = fc.maxSafeNat();
const NOW = Date.UTC(2026, 10, 21);

Deno.test("formatEventId() and tryParseEventId() are inverse, and so are those of chats", () => {
  fc.assert(fc.property(SEQ, (seq) => {
    assertMatch(formatEventId(seq), /^evt_[0-9a-z]{11}$/);
    assertEquals(tryParseEventId(formatEventId(seq)), seq);
    assertEquals(tryParseChatId(formatChatId(seq)), seq);
  }));
});

Deno.test("formatEventId() and formatChatId() spell a number with the same eleven digits", () => {
  const cases: [number, string][] = [
    [0, "00000000000"],
    [31, "0000000000v"],
    [32, "00000000010"],
    [2 ** 30 - 1, "00000vvvvvv"],
    [2 ** 30, "00001000000"],
    [2 ** 31, "00002000000"],
    [Number.MAX_SAFE_INTEGER, "7vvvvvvvvvv"],
  ];
  for (const [seq, digits] of cases) {
    assertEquals(formatEventId(seq), `evt_${digits}`);
    assertEquals(formatChatId(seq), `chat_${digits}`);
  }
});

Deno.test("formatEventId() sorts as the numbers do", () => {
  fc.assert(fc.property(SEQ, SEQ, (a, b) => {
    assertEquals(formatEventId(a) < formatEventId(b), a < b);
  }));
});

Deno.test("tryParseEventId() takes no other text", () => {
  const cases = [
    "",
    "evt_",
    "chat_00000000000",
    "evt_0000000000",
    "evt_000000000000",
    "EVT_00000000000",
    "evt_0000000000w",
    "evt_0000000000A",
    "evt_-0000000000",
    " evt_00000000000",
    "evt_00000000000\n",
    // Beyond what a double holds.
    "evt_vvvvvvvvvvv",
  ];
  for (const text of cases) assertEquals(tryParseEventId(text), undefined, text);
  assertEquals(tryParseChatId("evt_00000000000"), undefined);
});

Deno.test("EventSequence.next() rises whatever the clock does [event.id-order]", () => {
  fc.assert(fc.property(fc.array(fc.nat(10_000)), fc.nat(), (times, last) => {
    const sequence = new EventSequence(last);
    let previous = last;
    for (const ms of times) {
      const seq = sequence.next(NOW + ms);
      assert(seq > previous, `${seq} after ${previous}`);
      assert(Number.isSafeInteger(seq));
      previous = seq;
    }
  }));
});

Deno.test("EventSequence.next() goes on from a clock of any year [event.id-order]", () => {
  fc.assert(fc.property(fc.array(fc.nat(8.64e15)), (times) => {
    const sequence = new EventSequence();
    const seqs = [...times, 2 ** 32 * 1000, NOW, 8.64e15, NOW].map((ms) => sequence.next(ms));
    for (const [index, seq] of seqs.entries()) {
      assert(Number.isSafeInteger(seq), `${seq}`);
      assert(seq > (seqs[index - 1] ?? -1), `${seq} after ${seqs[index - 1]}`);
      assertEquals(tryParseEventId(formatEventId(seq)), seq);
    }
    const again = new EventSequence(seqs.at(-1));
    assertEquals(again.next(NOW), (seqs.at(-1) ?? 0) + 1);
  }));
});

Deno.test("seqAt() is the lowest number that is given at a time, and never below 0", () => {
  assertEquals(seqAt(Date.UTC(2025)), 0);
  assertEquals(seqAt(Date.UTC(2025) + 1), 4096);
  assertEquals(seqAt(0), 0);
  fc.assert(fc.property(fc.nat(10_000), fc.nat(10_000), (a, b) => {
    assertEquals(new EventSequence().next(NOW + a), seqAt(NOW + a));
    assertEquals(seqAt(NOW + a) < seqAt(NOW + b), a < b);
  }));
});

Deno.test("EventSequence.next() follows the clock and counts 4,096 in a millisecond", () => {
  const sequence = new EventSequence();
  const first = sequence.next(NOW);
  for (let i = 1; i < 4096; i++) sequence.next(NOW);
  assertEquals(sequence.next(NOW + 1), first + 4096);
});

Deno.test("EventSequence.next() goes on after the number that another process gave [event.id-order]", () => {
  const given = new EventSequence().next(NOW + 60_000);
  const sequence = new EventSequence(given);
  assertEquals(sequence.next(NOW), given + 1);
  sequence.skip(given + 10);
  sequence.skip(given);
  assertEquals(sequence.next(NOW), given + 11);
});
