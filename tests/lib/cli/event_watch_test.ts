import { assertEquals } from "@std/assert";
import type { EventSummary } from "../../../lib/event/event_record.ts";
import { EVENT_STATES } from "../../../lib/event/event_state.ts";
import { EventWatch } from "../../../lib/cli/event_watch.ts";
import { summaryOf } from "../_events.ts";

function seqsOf(watch: EventWatch, events: readonly EventSummary[]): number[] {
  return watch.update(events).map(({ event }) => event.seq);
}

Deno.test("EventWatch.update() tells what is new and what has changed, once, the oldest first", () => {
  const watch = new EventWatch({ known: [summaryOf(5)], floor: 0, size: 10 });
  const now = [summaryOf(7), summaryOf(6), summaryOf(5, { state: "pushed", attempts: 1 })];
  assertEquals(watch.update(now), [
    { event: now[2], before: "stored" },
    { event: now[1], before: undefined },
    { event: now[0], before: undefined },
  ]);
  assertEquals(watch.update(now), []);
  assertEquals(watch.newest, 7);
});

Deno.test("EventWatch.update() tells that an event was pushed again", () => {
  const pushed = { state: "pushed" } as const;
  const known = [summaryOf(5, { ...pushed, attempts: 1 })];
  const watch = new EventWatch({ known, floor: 0, size: 10 });
  assertEquals(seqsOf(watch, [summaryOf(5, { ...pushed, attempts: 2 })]), [5]);
});

Deno.test("EventWatch.update() tells of an event that comes after one with a higher number", () => {
  const watch = new EventWatch({ known: [summaryOf(5), summaryOf(8)], floor: 4, size: 10 });
  assertEquals(seqsOf(watch, [summaryOf(8), summaryOf(7), summaryOf(5)]), [7]);
});

Deno.test("EventWatch.update() takes nothing up to the floor for new, but sees it change", () => {
  const watch = new EventWatch({ known: [summaryOf(2)], floor: 4, size: 10 });
  assertEquals(watch.newest, 4);
  assertEquals(seqsOf(watch, [summaryOf(4), summaryOf(3), summaryOf(2, { state: "seen" })]), [2]);
});

Deno.test("EventWatch forgets the oldest of too many, and does not take them for new again", () => {
  const watch = new EventWatch({ known: [summaryOf(1), summaryOf(2)], floor: 0, size: 2 });
  assertEquals(seqsOf(watch, [summaryOf(3)]), [3]);
  assertEquals(watch.changing.sort(), [2, 3]);
  assertEquals(seqsOf(watch, [summaryOf(1, { state: "seen" }), summaryOf(4)]), [4]);
});

Deno.test("EventWatch.changing leaves out what stays as it is", () => {
  const known = EVENT_STATES.map((state, index) => summaryOf(index + 1, { state }));
  const watch = new EventWatch({ known, floor: 0, size: 10 });
  const changing = watch.changing.map((seq) => EVENT_STATES[seq - 1]);
  assertEquals(changing, ["stored", "pushed", "seen", "held", "withheld"]);
});
