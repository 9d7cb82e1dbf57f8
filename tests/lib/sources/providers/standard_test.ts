import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { standard } from "../../../../lib/sources/providers/standard.ts";
import { STANDARD_EVENT } from "../_payloads.ts";
import { assertSound, linesOf, mutationOf } from "../_shapes.ts";

Deno.test("standard tells of the data of an event [source.shape]", () => {
  assertEquals(linesOf(standard, { event: "deploy.finished", payload: STANDARD_EVENT }), [
    "[standard] deploy.finished - failed",
    'status (untrusted): "failed"',
    'message (untrusted): "exit code 1"',
    'id (untrusted): "1f81eb52-5198-4599-803e-771906343485"',
    "attempts: 3",
    "steps: 1 item",
    'app.name (untrusted): "shop"',
    "app.tags: 2 items",
    "https://ci.example.com/run/1",
  ]);
});

Deno.test("standard takes the type of the body, that of Svix, or that of the delivery [source.filter]", () => {
  const cases: [string, unknown, string][] = [
    ["x", { type: "a.b", event_type: "c" }, "a.b"],
    ["x", { event_type: "ping", data: { success: true } }, "ping"],
    ["x", { data: {} }, "x"],
    ["", [], "event"],
  ];
  for (const [event, payload, name] of cases) {
    const shape = standard.shape({ event, payload });
    assertEquals([shape.event, shape.isWanted, shape.rule], [name, true, "standard: all events"]);
  }
});

Deno.test("standard shows the whole payload where there is no data [source.shape]", () => {
  assertEquals(linesOf(standard, { event: "", payload: { type: "a", data: "b" } }), [
    "[standard] a",
    'type (untrusted): "a"',
    'data (untrusted): "b"',
  ]);
});

Deno.test("standard makes an event of any payload [source.total]", () => {
  fc.assert(fc.property(mutationOf(STANDARD_EVENT), (payload) => {
    assertSound(standard, { event: "", payload });
  }));
});
