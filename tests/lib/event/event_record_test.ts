import { assertEquals } from "@std/assert";
import { EVENT_STATES } from "../../../lib/event/event_state.ts";
import { judgeReplay } from "../../../lib/event/event_record.ts";
import { recordOf } from "../_events.ts";

Deno.test("judgeReplay() accepts an event in any state that has kept its text", () => {
  for (const state of EVENT_STATES.filter((state) => state !== "expired")) {
    assertEquals(judgeReplay(recordOf(1, { state })), { ok: true }, state);
  }
});

Deno.test("judgeReplay() refuses what has no text to push, and says why", () => {
  assertEquals(judgeReplay(recordOf(1, { state: "expired" })), {
    ok: false,
    message: "Cannot replay evt_00000000001: it is expired, and its text is gone",
  });
  const duplicateOf = "evt_00000000002";
  assertEquals(judgeReplay(recordOf(3, { state: "duplicate", duplicateOf })), {
    ok: false,
    message: "Cannot replay evt_00000000003: it repeats evt_00000000002, which can be replayed",
  });
  assertEquals(judgeReplay(recordOf(1, { state: "answered", source: "verdict" })), {
    ok: false,
    message: "Cannot replay evt_00000000001: it is a verdict on a permission request",
  });
});
