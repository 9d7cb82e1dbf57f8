import { assert, assertEquals, assertLessOrEqual } from "@std/assert";
import fc from "fast-check";
import { formatEventId } from "../../../../lib/event/event_id.ts";
import { formatBurst, mergeMeta } from "../../../../lib/sources/burst/format_burst.ts";
import { hostileText } from "../../_texts.ts";

function eventsOf(texts: readonly string[]) {
  return texts.map((text, index) => ({ id: formatEventId(index + 1), text }));
}

Deno.test("formatBurst() lists ten events by id and first line, and counts the rest [source.burst]", () => {
  const events = eventsOf(Array.from({ length: 13 }, (_, i) => `[ci] failed ${i}\nbranch: main`));
  assertEquals(formatBurst({ sourceName: "ci", key: "a group of alerts", events }).split("\n"), [
    "[ci] 13 events:",
    ...events.slice(0, 10).map(({ id }, index) => `- ${id} failed ${index}`),
    "… (+3)",
    "(read_event has the whole of each.)",
  ]);
  const two = formatBurst({
    sourceName: "ci",
    key: "octo/repo@6dcb09b",
    events: events.slice(0, 2),
  });
  assertEquals(two.split("\n").length, 4);
  assert(two.startsWith("[ci] 2 events for octo/repo@6dcb09b:\n"));
});

Deno.test("formatBurst() is no longer than an event, and each event is one line [source.burst]", () => {
  const texts = fc.array(fc.tuple(hostileText, fc.nat(300)), { minLength: 2, maxLength: 12 });
  fc.assert(fc.property(texts, hostileText, (texts, key) => {
    const events = eventsOf(texts.map(([text, count]) => text.repeat(count)));
    const text = formatBurst({ sourceName: "s".repeat(32), key, events });
    assertLessOrEqual([...text].length, 2000);
    assertEquals(text.split("\n").length, 2 + Math.min(texts.length, 11));
    assert(!text.includes("<"));
  }));
});

Deno.test("mergeMeta() keeps what all share, and the worst severity [source.burst]", () => {
  const meta = { source_name: "ci", repo: "octo/repo", verified: "true" };
  const metas = [
    { ...meta, event: "push", severity: "info", delivery_id: "a" },
    { ...meta, event: "workflow_run", severity: "error", number: "7" },
    { ...meta, event: "push", severity: "warning", delivery_id: "a" },
  ];
  assertEquals(mergeMeta(metas), { ...meta, severity: "error" });
  assertEquals(mergeMeta([{ event: "push" }, { event: "push" }]), { event: "push" });
});
