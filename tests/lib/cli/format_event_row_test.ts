import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { EVENT_HEADER, formatEventRow } from "../../../lib/cli/format_event_row.ts";
import { STORED_AT, summaryOf } from "../_events.ts";
import { hostileText } from "../_texts.ts";

Deno.test("formatEventRow() shows an event in one line", () => {
  const event = summaryOf(1, { start: "build failed\non main", state: "pushed", attempts: 1 });
  assertEquals(formatEventRow(event, STORED_AT + 300_000, 120), [
    "evt_00000000001",
    "pushed",
    "5 min",
    "ci",
    "build failed",
  ]);
  assertEquals(EVENT_HEADER.length, 5);
});

Deno.test("formatEventRow() tells how often an event was pushed, and cuts without a count", () => {
  const event = summaryOf(1, { start: "x".repeat(400), state: "pushed", attempts: 3 });
  const [, state, , , text] = formatEventRow(event, STORED_AT, 24);
  assertEquals([state, text], ["pushed (3×)", `${"x".repeat(16)}…`]);
});

Deno.test("formatEventRow() lets nothing through that moves a terminal's cursor", () => {
  fc.assert(fc.property(hostileText, hostileText, (sender, start) => {
    const cells = formatEventRow(summaryOf(1, { sender, start }), STORED_AT, 80);
    assertEquals(/[\p{Cc}\p{Cs}\u2028-\u202e\u2066-\u2069]/u.exec(cells.join("|")), null);
  }));
});
