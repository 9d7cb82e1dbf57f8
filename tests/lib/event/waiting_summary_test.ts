import { assert, assertEquals, assertLessOrEqual, assertStrictEquals } from "@std/assert";
import fc from "fast-check";
import { cleanContent } from "../../../lib/text/clean_content.ts";
import { formatEventLine } from "../../../lib/event/format_event_line.ts";
import {
  createWaitingSummary,
  MAX_LISTED_EVENTS,
  MAX_SINGLE_EVENTS,
} from "../../../lib/event/waiting_summary.ts";
import { formatEventId } from "../../../lib/event/event_id.ts";
import { EVENT_STATES } from "../../../lib/event/event_state.ts";
import { sanitizeMeta } from "../../../lib/event/sanitize_meta.ts";
import { STORED_AT, summaryOf } from "../_events.ts";
import { hostileText, show } from "../_texts.ts";

const MINUTE_MS = 60_000;

const HOW_TO =
  "(Use inbox to list them, read_event for the whole text, and reply or ack to close them.)";

const forgedLine = fc.constantFrom(
  "\n",
  "\r\n",
  "\r",
  "\u2028",
  "\x85",
  `evt_00000000001 (1 d old`,
);

const hostile = fc.array(fc.oneof(hostileText, forgedLine), { maxLength: 6 })
  .map((pieces) => pieces.join(""));

const event = fc.record({
  seq: fc.maxSafeNat(),
  state: fc.constantFrom(...EVENT_STATES),
  sender: hostile,
  start: hostile,
}).map(({ seq, ...fields }) => summaryOf(seq, fields));

Deno.test("formatEventLine() tells id, age, sender, state and the first line [offer.digest]", () => {
  const cases: [Parameters<typeof summaryOf>[1], number, string][] = [
    [{}, 0, "0 s old, from ci, stored): build failed"],
    [{ state: "pushed" }, 5 * MINUTE_MS, "5 min old, from ci, pushed): build failed"],
    [{ sender: "a@b.example" }, 1000, "1 s old, from a@b.example, stored): build failed"],
    [{ start: "\n\n  one\ttwo  \nthree" }, 0, "0 s old, from ci, stored): one two"],
    [{ start: "" }, 0, "0 s old, from ci, stored): (empty)"],
    // A clock that was set back.
    [{}, -MINUTE_MS, "0 s old, from ci, stored): build failed"],
  ];
  for (const [fields, ageMs, rest] of cases) {
    const line = formatEventLine(summaryOf(7, fields), STORED_AT + ageMs);
    assertEquals(line, `evt_00000000007 (${rest}`, show(fields));
  }
});

Deno.test("formatEventLine() cuts a long line without a count that it cannot know", () => {
  const cases: [string, string][] = [
    ["a".repeat(120), "a".repeat(120)],
    ["a".repeat(400), `${"a".repeat(112)}…`],
    [`${"a".repeat(400)}\nb`, `${"a".repeat(112)}…`],
    ["cut… (+12) here", "cut… (+12) here"],
  ];
  for (const [start, shown] of cases) {
    const line = formatEventLine(summaryOf(7, { start }), STORED_AT);
    assertEquals(line, `evt_00000000007 (0 s old, from ci, stored): ${shown}`, show(start));
  }
});

Deno.test("formatEventLine() is one short line, whatever sender and text are [offer.digest]", () => {
  fc.assert(
    fc.property(event, fc.nat(), (event, ageMs) => {
      const line = formatEventLine(event, STORED_AT + ageMs);
      assert(!/[\p{Cc}\p{Zl}\p{Zp}\p{DI}<>"]/u.test(line), show(line));
      assert(line.isWellFormed());
      assertLessOrEqual(line.length, 2 * (64 + 120) + 100);
      assert(line.startsWith(`${event.id} (`));
    }),
    { numRuns: 500 },
  );
});

Deno.test("createWaitingSummary() counts the events and shows each with its id [offer.digest]", () => {
  const events = [1, 2, 3, 4].map((seq) => summaryOf(seq, { start: `number ${seq}` }));
  assertEquals(createWaitingSummary(events, 4, STORED_AT + MINUTE_MS), {
    content: [
      "4 events came in while no session was open for them, or were not seen by one:",
      "evt_00000000001 (1 min old, from ci, stored): number 1",
      "evt_00000000002 (1 min old, from ci, stored): number 2",
      "evt_00000000003 (1 min old, from ci, stored): number 3",
      "evt_00000000004 (1 min old, from ci, stored): number 4",
      HOW_TO,
    ].join("\n"),
    meta: { digest: "4" },
  });
});

Deno.test("createWaitingSummary() shows the oldest 20 events and counts the rest [offer.digest]", () => {
  assertEquals([MAX_SINGLE_EVENTS, MAX_LISTED_EVENTS], [3, 20]);
  const events = Array.from({ length: 25 }, (_, i) => summaryOf(i + 1));
  const cases: [number, number, number, string[]][] = [
    [20, 20, 20, []],
    [20, 21, 20, ["and 1 more"]],
    [25, 25, 20, ["and 5 more"]],
    [25, 1000, 20, ["and 980 more"]],
    [4, 10, 4, ["and 6 more"]],
  ];
  for (const [given, count, shown, rest] of cases) {
    const { content, meta } = createWaitingSummary(events.slice(0, given), count, STORED_AT);
    const [head, ...lines] = content.split("\n");
    assert(head?.startsWith(`${count} events came in`), head);
    assertEquals(lines.slice(0, shown).map((line) => line.slice(0, 15)), [
      ...Array.from({ length: shown }, (_, i) => formatEventId(i + 1)),
    ]);
    assertEquals(lines.slice(shown), [...rest, HOW_TO], show([given, count]));
    assertEquals(meta, { digest: String(count) });
  }
});

Deno.test("createWaitingSummary() has a line for each event and needs no cleaning [offer.digest]", () => {
  fc.assert(
    fc.property(fc.array(event, { maxLength: 24 }), fc.nat(30), (events, more) => {
      const count = events.length + more;
      const { content, meta } = createWaitingSummary(Object.freeze(events), count, STORED_AT);
      const lines = content.split("\n");
      const shown = Math.min(events.length, MAX_LISTED_EVENTS);
      assertEquals(lines.length, 1 + shown + (count > shown ? 1 : 0) + 1);
      for (const [index, event] of events.slice(0, MAX_LISTED_EVENTS).entries()) {
        assert(lines[index + 1]?.startsWith(`${event.id} (`), lines[index + 1]);
      }
      assertEquals(lines.at(-1), HOW_TO);
      // It goes to the session as it is.
      assertStrictEquals(cleanContent(content), content);
      assertEquals(sanitizeMeta(meta), { meta, changes: [] });
    }),
    { numRuns: 200 },
  );
});
