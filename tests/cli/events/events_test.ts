import { assert, assertEquals } from "@std/assert";
import { createEventTable } from "../../../cli/events/format.ts";
import { describeRoute, insertReplay } from "../../../cli/events/replay.ts";
import { createTextStyle } from "../../../cli/shared/terminal.ts";
import { formatEventId, seqAt, tryParseEventId } from "../../../lib/event/event_id.ts";
import displayWidth from "string-width";
import { DELIVERY_WINDOW_MS } from "../../../server/event/types.ts";
import { recordOf, STORED_AT, summaryOf } from "../../lib/_events.ts";
import { MemoryJournal } from "../../server/_memory_journal.ts";

const PLAIN = createTextStyle(false);

Deno.test("createEventTable() aligns what comes in later with the first events [cli.events]", () => {
  const table = createEventTable({ columns: undefined, style: PLAIN });
  const first = [summaryOf(2, { sender: "someone.long@example" }), summaryOf(1)];
  assertEquals(table.begin(first, STORED_AT), [
    "EVENT            STATE      AGE     FROM                  TEXT",
    "evt_00000000002  stored     0 s     someone.long@example  build failed",
    "evt_00000000001  stored     0 s     ci                    build failed",
  ]);
  assertEquals(
    table.next(summaryOf(3, { state: "answered" }), STORED_AT + 90_000),
    "evt_00000000003  answered   1 min   ci                    build failed",
  );
});

Deno.test("createEventTable() cuts the text at the end of the terminal [cli.events]", () => {
  const event = summaryOf(1, { start: "word ".repeat(60) });
  for (const [columns, width] of [[100, 100], [30, 72]] as const) {
    const table = createEventTable({ columns, style: PLAIN });
    const [, line = ""] = table.begin([event], STORED_AT);
    assert(line.length <= width && line.endsWith("…"), line);
    assertEquals(table.next(event, STORED_AT), line);
  }
  const table = createEventTable({ columns: 80, style: PLAIN });
  const [, line = ""] = table.begin([summaryOf(1, { start: "日本語".repeat(60) })], STORED_AT);
  assert([79, 80].includes(displayWidth(line)) && line.endsWith("…"), line);
  const wide = createEventTable({ columns: undefined, style: PLAIN });
  assert((wide.begin([event], STORED_AT)[1] ?? "").length > 140);
});

Deno.test("createEventTable() dims what is closed, where text has a style at all", () => {
  const table = createEventTable({ columns: undefined, style: createTextStyle(true) });
  const [header = "", open = "", closed = ""] = table.begin(
    [summaryOf(2), summaryOf(1, { state: "seen" })],
    STORED_AT,
  );
  assert(header.startsWith("\x1b[1mEVENT") && header.endsWith("\x1b[0m"), header);
  assert(!open.includes("\x1b"), open);
  assert(closed.startsWith("\x1b[2mevt_") && closed.endsWith("\x1b[0m"), closed);
});

Deno.test("describeRoute() tells of a named session that the event waits for that one [cli.replay]", () => {
  const sessions = { get: () => undefined };
  const unnamed = { session: null, target: null };
  const named = { session: null, target: "billing\n" };
  const next = "it is stored, and pushed when a session opens next";
  const waits = 'it is stored, and waits for the session "billing"';
  assertEquals(describeRoute(sessions, unnamed, "no owner"), next);
  assertEquals(describeRoute(sessions, unnamed, "told"), `no session is open for it: ${next}`);
  assertEquals(describeRoute(sessions, named, "no owner"), waits);
  assertEquals(describeRoute(sessions, named, "told"), `no session is open for it: ${waits}`);
});

Deno.test("insertReplay() adds the event as one that just came in, past the window for repetitions [cli.replay]", () => {
  using memory = new MemoryJournal();
  const { journal } = memory;
  const session = memory.startSession();
  const seq = seqAt(STORED_AT);
  const fields = { source: "github", sender: "ci", target: "web", repository: "a/b" };
  const content = { meta: '{"run":"1"}', content: "build failed", raw: Uint8Array.of(1, 2) };
  const delivered = { seq, storedAt: STORED_AT, delivery: "d-1", session };
  journal.events.insert({ ...delivered, ...fields, ...content, state: "pushed" });
  journal.events.change(seq, "answer", STORED_AT + 5);
  const old = journal.events.get(seq);
  assert(old);

  const now = STORED_AT + 10;
  assert(now - STORED_AT < DELIVERY_WINDOW_MS);
  const copySeq = insertReplay(journal, old, now);
  const id = formatEventId(copySeq);
  assertEquals(
    journal.events.get(copySeq),
    recordOf(copySeq, {
      ...fields,
      id,
      storedAt: now,
      meta: { run: "1" },
      content: content.content,
      start: content.content,
    }),
  );
  assertEquals(journal.events.raw(copySeq), content.raw);
  assertEquals(journal.events.get(seq), old);
  assertEquals(journal.audit.list(9).map((entry) => ({ ...entry })), [
    { at: now, action: "replay", actor: "terminal", subject: old.id, detail: id, times: 1 },
  ]);
});

Deno.test("insertReplay() gives a number above all others, also when the clock is behind", () => {
  using memory = new MemoryJournal();
  const { journal } = memory;
  const old = recordOf(seqAt(STORED_AT));
  const first = insertReplay(journal, old, STORED_AT);
  const second = insertReplay(journal, old, STORED_AT);
  const third = insertReplay(journal, old, STORED_AT - 60_000);
  assertEquals([second, third], [first + 1, first + 2]);
  assertEquals(tryParseEventId(journal.audit.list(1)[0]?.detail ?? ""), third);
});

Deno.test("insertReplay() adds nothing at all where it cannot add the audit", () => {
  using memory = new MemoryJournal();
  const { journal } = memory;
  const failing = {
    events: journal.events,
    audit: {
      insert() {
        throw new Error("The disk is full");
      },
    },
    transaction: <T>(run: () => T) => journal.transaction(run),
  };
  let message = "";
  try {
    insertReplay(failing, recordOf(1), STORED_AT);
  } catch (error) {
    message = (error as Error).message;
  }
  assertEquals([message, journal.events.lastSeq()], ["The disk is full", 0]);
});
