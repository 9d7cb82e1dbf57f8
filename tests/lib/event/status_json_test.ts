import { assertEquals, assertFalse } from "@std/assert";
import fc from "fast-check";
import type { EventRecord } from "../../../lib/event/event_record.ts";
import {
  toEventJson,
  toEventStatus,
  toEventSummaryJson,
  toSessionStatus,
} from "../../../lib/event/status_json.ts";
import { recordOf, STORED_AT, summaryOf } from "../_events.ts";
import { hostileText } from "../_texts.ts";

const ANSWERED = recordOf(7, {
  state: "answered",
  session: 3,
  attempts: 2,
  pushedAt: STORED_AT + 1,
  seenAt: STORED_AT + 2,
  answeredAt: STORED_AT + 3,
  target: "app",
  repository: "o/r",
  delivery: "d-1",
  note: "done",
});

const STATUS = {
  event_id: "evt_00000000007",
  state: "answered",
  attempts: 2,
  stored_at: "2026-11-21T04:00:00.000Z",
  pushed_at: "2026-11-21T04:00:00.001Z",
  seen_at: "2026-11-21T04:00:00.002Z",
  answered_at: "2026-11-21T04:00:00.003Z",
  expired_at: null,
};

Deno.test("toEventStatus() tells state, attempts and times, null for what has not happened", () => {
  assertEquals(toEventStatus(ANSWERED), STATUS);
  assertEquals(toEventStatus(recordOf(1)), {
    event_id: "evt_00000000001",
    state: "stored",
    attempts: 0,
    stored_at: "2026-11-21T04:00:00.000Z",
    pushed_at: null,
    seen_at: null,
    answered_at: null,
    expired_at: null,
  });
  const expired = recordOf(1, { state: "expired", expiredAt: STORED_AT });
  assertEquals(toEventStatus(expired).expired_at, "2026-11-21T04:00:00.000Z");
});

Deno.test("toEventStatus() names the event that is repeated, and only then", () => {
  const duplicate = recordOf(2, { state: "duplicate", duplicateOf: "evt_00000000001" });
  assertEquals(toEventStatus(duplicate).duplicate_of, "evt_00000000001");
  assertFalse("duplicate_of" in toEventStatus(recordOf(2)));
});

Deno.test("toEventStatus() says nothing of what was written, by whom and to whom", () => {
  const secret = hostileText.map((text) => `secret-${text}`);
  fc.assert(fc.property(secret, (text) => {
    const event: EventRecord = recordOf(7, {
      start: text,
      content: text,
      note: text,
      target: text,
      repository: text,
      delivery: text,
      meta: { text },
      sender: text,
    });
    assertFalse(JSON.stringify(toEventStatus(event)).includes("secret-"));
  }));
});

Deno.test("toEventJson() tells all of an event but its body", () => {
  assertEquals(toEventJson(ANSWERED, "deadbeef-0001"), {
    ...STATUS,
    source: "text",
    sender: "ci",
    chat_id: "chat_00000000007",
    session: "deadbeef-0001",
    target: "app",
    repository: "o/r",
    note: "done",
    meta: { sender: "ci", path: "/ci" },
    content: "build failed",
  });
});

Deno.test("toEventSummaryJson() tells what a list shows", () => {
  assertEquals(
    toEventSummaryJson(summaryOf(7, { session: 3, state: "pushed", attempts: 1 }), "deadbeef-0001"),
    {
      event_id: "evt_00000000007",
      state: "pushed",
      attempts: 1,
      stored_at: "2026-11-21T04:00:00.000Z",
      sender: "ci",
      session: "deadbeef-0001",
      start: "build failed",
    },
  );
  assertEquals(toEventSummaryJson(summaryOf(7), null).session, null);
});

Deno.test("toSessionStatus() tells name, project, repository, times and whether it hears", () => {
  const session = {
    id: 3,
    key: "deadbeef-0001",
    project: "app",
    activeAt: STORED_AT + 1000,
    startedAt: STORED_AT,
    isDeaf: false,
  };
  const status = {
    session: "deadbeef-0001",
    project: "app",
    repository: null,
    started_at: "2026-11-21T04:00:00.000Z",
    active_at: "2026-11-21T04:00:01.000Z",
    deaf: false,
  };
  assertEquals(toSessionStatus(session), status);
  assertEquals(toSessionStatus({ ...session, repository: "o/r", isDeaf: true }), {
    ...status,
    repository: "o/r",
    deaf: true,
  });
});
