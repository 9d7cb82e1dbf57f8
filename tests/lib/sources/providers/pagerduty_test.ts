import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { pagerduty } from "../../../../lib/sources/providers/pagerduty.ts";
import { PAGERDUTY_INCIDENT, PAGERDUTY_NOTE } from "../_payloads.ts";
import { assertSound, linesOf, mutationOf } from "../_shapes.ts";

/** An incident to which something else happens. */
function incidentOf(type: string, changes: Record<string, unknown> = {}): unknown {
  const { event } = PAGERDUTY_INCIDENT;
  return { event: { ...event, event_type: type, data: { ...event.data, ...changes } } };
}

Deno.test("pagerduty tells of an incident without its agent and its bridge [source.shape]", () => {
  assertEquals(linesOf(pagerduty, { event: "", payload: PAGERDUTY_INCIDENT }), [
    "[pagerduty] incident triggered - #2",
    'title (untrusted): "A little bump in the road"',
    'service (untrusted): "API Service"',
    "status: triggered",
    "urgency: high",
    'priority (untrusted): "P1"',
    'assigned to (untrusted): "User 123"',
    "time: 2026-04-26T17:36:27Z",
    "https://acme.pagerduty.com/incidents/PGR0VU2",
  ]);
});

Deno.test("pagerduty tells of a note with its incident [source.shape]", () => {
  assertEquals(linesOf(pagerduty, { event: "", payload: PAGERDUTY_NOTE }), [
    "[pagerduty] incident annotated - PGR0VU2",
    'title (untrusted): "A little bump in the road"',
    'note (untrusted): "Running KILL on long queries."',
    "time: 2026-04-26T17:36:27Z",
    "https://acme.pagerduty.com/incidents/PGR0VU2",
  ]);
});

Deno.test("pagerduty shows no number to call [source.redaction]", () => {
  const { incident } = PAGERDUTY_NOTE.event.data;
  const data = { incident, conference_numbers: [{ number: "+1 415 555 0100" }] };
  const payload = { event: { event_type: "incident.conference_bridge.updated", data } };
  assertEquals(linesOf(pagerduty, { event: "", payload }), [
    "[pagerduty] incident conference bridge updated - PGR0VU2",
    'title (untrusted): "A little bump in the road"',
    "https://acme.pagerduty.com/incidents/PGR0VU2",
  ]);
});

Deno.test("pagerduty wants incidents that need attention, and their end [source.filter]", () => {
  const cases: [string, string | undefined, boolean, string][] = [
    ["incident.triggered", "high", true, "critical"],
    ["incident.triggered", "low", true, "warning"],
    ["incident.escalated", undefined, true, "critical"],
    ["incident.reopened", "high", true, "critical"],
    ["incident.resolved", "high", true, "info"],
    ["incident.acknowledged", "high", false, "info"],
    ["incident.priority_updated", "high", false, "info"],
    ["incident.responder.added", "high", false, "info"],
    ["service.updated", undefined, false, "info"],
  ];
  for (const [type, urgency, isWanted, severity] of cases) {
    const shape = pagerduty.shape({ event: "", payload: incidentOf(type, { urgency }) });
    assertEquals([shape.event, shape.isWanted, shape.severity], [type, isWanted, severity]);
  }
});

Deno.test("pagerduty reads older bodies as any other JSON, unwanted [source.filter]", () => {
  const payload = { messages: [{ event: "incident.trigger" }] };
  assertEquals(linesOf(pagerduty, { event: "", payload }), [
    "[pagerduty] event",
    "messages: 1 item",
  ]);
  assertEquals(pagerduty.shape({ event: "", payload }).isWanted, false);
});

Deno.test("pagerduty makes an event of any payload [source.total]", () => {
  const payload = fc.constantFrom<unknown>(PAGERDUTY_INCIDENT, PAGERDUTY_NOTE).chain(mutationOf);
  fc.assert(fc.property(payload, (payload) => assertSound(pagerduty, { event: "", payload })));
});
