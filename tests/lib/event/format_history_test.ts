import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { formatHistory } from "../../../lib/event/format_history.ts";
import { recordOf, STORED_AT } from "../_events.ts";
import { hostileText, show } from "../_texts.ts";

Deno.test("formatHistory() tells what has happened and when, in order", () => {
  const stored = "2026-11-21T04:00:00.000Z stored";
  const cases: [Parameters<typeof recordOf>[1], string[]][] = [
    [{}, [stored]],
    [{ attempts: 1, pushedAt: STORED_AT + 5 }, [stored, "2026-11-21T04:00:00.005Z pushed"]],
    [{ attempts: 3, pushedAt: STORED_AT + 60_000 }, [
      stored,
      "2026-11-21T04:01:00.000Z pushed, attempt 3",
    ]],
    [{
      attempts: 1,
      pushedAt: STORED_AT,
      seenAt: STORED_AT + 1000,
      answeredAt: STORED_AT + 2000,
    }, [
      stored,
      "2026-11-21T04:00:00.000Z pushed",
      "2026-11-21T04:00:01.000Z seen",
      "2026-11-21T04:00:02.000Z answered",
    ]],
    [{ expiredAt: STORED_AT + 86_400_000 }, [stored, "2026-11-22T04:00:00.000Z expired"]],
    [{ storedAt: 0 }, ["1970-01-01T00:00:00.000Z stored"]],
    [{ duplicateOf: "evt_00000000001" }, [stored, "a repetition of evt_00000000001"]],
  ];
  for (const [fields, lines] of cases) {
    assertEquals(formatHistory(recordOf(7, fields)), lines, show(fields));
  }
});

Deno.test("formatHistory() shows a note of an event that was answered and never merely seen", () => {
  const note = "no need to act";
  const answered = { answeredAt: STORED_AT, note };
  assertEquals(formatHistory(recordOf(7, answered)), [
    "2026-11-21T04:00:00.000Z stored",
    "2026-11-21T04:00:00.000Z answered",
    'with the note "no need to act"',
  ]);
  assertEquals(
    formatHistory(recordOf(7, { seenAt: STORED_AT, note })).at(-1),
    'with the note "no need to act"',
  );
});

Deno.test("formatHistory() keeps each line whole, whatever the note says", () => {
  const forged = fc.constantFrom("\n", "\r", "\u2028", "2026-11-21T04:00:00.000Z answered");
  const note = fc.array(fc.oneof(hostileText, forged), { maxLength: 5 }).map((all) => all.join(""));
  fc.assert(fc.property(note, (note) => {
    const lines = formatHistory(recordOf(7, { seenAt: STORED_AT, note }));
    assertEquals(lines.length, 3);
    for (const line of lines) assert(!/[\r\n\x85\u2028\u2029\v\f]/.test(line), show(line));
    assert(lines[2]?.startsWith('with the note "'));
  }));
});
