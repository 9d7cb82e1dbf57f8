import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { stripe } from "../../../../lib/sources/providers/stripe.ts";
import { STRIPE_CHARGE } from "../_payloads.ts";
import { assertSound, linesOf, mutationOf } from "../_shapes.ts";

function eventOf(type: string, object: unknown): unknown {
  return { id: "evt_1", type, data: { object } };
}

Deno.test("stripe tells of an event without anything of the customer [source.shape]", () => {
  assertEquals(linesOf(stripe, { event: "", payload: STRIPE_CHARGE }), [
    "[stripe] charge.failed - ch_3TbGfy - live",
    "object: charge",
    "amount: 22.00 USD",
    "status: failed",
    "failure: card_declined",
    'message (untrusted): "Your card was declined."',
    "changed: status, metadata",
    "https://dashboard.stripe.com/events/evt_3TbGfy",
  ]);
});

Deno.test("stripe says why an invoice, a dispute and a refund came to nothing [source.shape]", () => {
  const invoice = {
    id: "in_1",
    object: "invoice",
    amount_due: 500,
    currency: "eur",
    attempt_count: 2,
    last_finalization_error: { code: "tax_id_invalid", message: "Invalid tax id" },
  };
  assertEquals(
    linesOf(stripe, { event: "", payload: eventOf("invoice.payment_failed", invoice) }),
    [
      "[stripe] invoice.payment_failed - in_1 - test",
      "object: invoice",
      "amount: 5.00 EUR",
      "failure: tax_id_invalid",
      'message (untrusted): "Invalid tax id"',
      "attempts: 2",
      "https://dashboard.stripe.com/test/events/evt_1",
    ],
  );
  const dispute = { id: "du_1", reason: "product_not_received", status: "needs_response" };
  assertEquals(
    linesOf(stripe, { event: "", payload: eventOf("charge.dispute.created", dispute) }).slice(1, 3),
    ["status: needs_response", "reason: product_not_received"],
  );
  const refund = { id: "re_1", failure_reason: "expired_card" };
  assertEquals(
    linesOf(stripe, { event: "", payload: eventOf("refund.failed", refund) })[1],
    "failure: expired_card",
  );
});

Deno.test("stripe writes amounts with the digits of their currency [source.shape]", () => {
  const cases: [number, unknown, string | undefined][] = [
    [2205, "usd", "amount: 22.05 USD"],
    [-2205, "EUR", "amount: -22.05 EUR"],
    [2205, "jpy", "amount: 2205 JPY"],
    [2205, "krw", "amount: 2205 KRW"],
    [2205, "kwd", "amount: 2.205 KWD"],
    [2205, "omr", "amount: 2.205 OMR"],
    [2205, "</x>", undefined],
    [2205, undefined, undefined],
  ];
  for (const [amount, currency, line] of cases) {
    const payload = { type: "charge.failed", data: { object: { amount, currency } } };
    assertEquals(linesOf(stripe, { event: "", payload })[1], line);
  }
});

Deno.test("stripe links to the account that an event belongs to, and shows names of keys alone [source.shape]", () => {
  const previous_attributes = Object.fromEntries(
    ["a b", ...Array.from({ length: 12 }, (_, index) => `key${index}`)].map((key) => [key, "old"]),
  );
  const payload = { ...STRIPE_CHARGE, account: "acct_1A", data: { previous_attributes } };
  assertEquals(linesOf(stripe, { event: "", payload }).slice(1), [
    "changed: key0, key1, key2, key3, key4, key5, key6, key7, key8, key9, 10 shown of 12",
    "https://dashboard.stripe.com/acct_1A/events/evt_3TbGfy",
  ]);
});

Deno.test("stripe reads thin events [source.shape]", () => {
  const payload = {
    id: "evt_test_65",
    object: "v2.core.event",
    type: "v1.billing.meter.error_report_triggered",
    related_object: { id: "mtr_1", type: "billing.meter" },
  };
  assertEquals(linesOf(stripe, { event: "", payload }), [
    "[stripe] v1.billing.meter.error_report_triggered - mtr_1 - test",
    "object: billing.meter",
    "https://dashboard.stripe.com/test/events/evt_test_65",
  ]);
});

Deno.test("stripe wants failures and disputes [source.filter]", () => {
  const cases: [string, boolean, string][] = [
    ["charge.failed", true, "error"],
    ["payout.failed", true, "error"],
    ["invoice.payment_failed", true, "error"],
    ["payment_intent.payment_failed", true, "error"],
    ["checkout.session.async_payment_failed", true, "error"],
    ["charge.dispute.created", true, "warning"],
    ["issuing_dispute.submitted", true, "warning"],
    ["charge.succeeded", false, "info"],
    ["customer.updated", false, "info"],
    ["ping", false, "info"],
  ];
  for (const [type, isWanted, severity] of cases) {
    const shape = stripe.shape({ event: "", payload: { type } });
    assertEquals([shape.event, shape.isWanted, shape.severity], [type, isWanted, severity]);
  }
});

Deno.test("stripe tells the events of one payment at once [source.burst]", () => {
  const { burstKey } = stripe.shape({ event: "", payload: STRIPE_CHARGE });
  const intent = eventOf("payment_intent.payment_failed", { id: "pi_3TbGfy" });
  assertEquals(burstKey, stripe.shape({ event: "", payload: intent }).burstKey);
});

Deno.test("stripe makes an event of any payload [source.total]", () => {
  fc.assert(fc.property(mutationOf(STRIPE_CHARGE), (payload) => {
    assertSound(stripe, { event: "", payload });
  }));
});
