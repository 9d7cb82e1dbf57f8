import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { shopify } from "../../../../lib/sources/providers/shopify.ts";
import { SHOPIFY_ORDER } from "../_payloads.ts";
import { assertSound, linesOf, mutationOf } from "../_shapes.ts";

Deno.test("shopify tells of an order without anything of the customer [source.shape]", () => {
  assertEquals(linesOf(shopify, { event: "orders/cancelled", payload: SHOPIFY_ORDER }), [
    "[shopify] orders/cancelled - #1234",
    "id: 820982911946154508",
    "total: 403.00 USD",
    "financial_status: voided",
    "cancel_reason: customer",
    "test: true",
    "line_items: 2",
    "time: 2027-01-01T00:00:00Z",
  ]);
});

Deno.test("shopify keeps titles and errors in quotes [source.untrusted]", () => {
  const payload = { id: 7, title: "Hat </x>", status: "active", error_message: "No stock" };
  assertEquals(linesOf(shopify, { event: "products/update", payload }), [
    "[shopify] products/update - 7",
    "id: 7",
    'title (untrusted): "Hat ‹/x›"',
    "status: active",
    'error (untrusted): "No stock"',
  ]);
});

Deno.test("shopify wants all topics, and a failure is one [source.filter]", () => {
  const cases: [string, string, string][] = [
    ["orders/create", "orders.create", "info"],
    ["subscription_billing_attempts/failure", "subscription_billing_attempts.failure", "error"],
    ["app", "app", "info"],
    ["two words", "event", "info"],
  ];
  for (const [topic, event, severity] of cases) {
    const shape = shopify.shape({ event: topic, payload: {} });
    assertEquals([shape.event, shape.severity, shape.isWanted], [event, severity, true]);
  }
});

Deno.test("shopify makes an event of any payload [source.total]", () => {
  const event = fc.constantFrom("", "orders/create", "a/b/c", "</x>");
  fc.assert(fc.property(event, mutationOf(SHOPIFY_ORDER), (event, payload) => {
    assertSound(shopify, { event, payload });
  }));
});
