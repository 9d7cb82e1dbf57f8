import { createHmacProof } from "../proof/create_proof.ts";
import { type Provider, SAMPLE_TEXT } from "../provider.ts";
import { eventShape } from "../shape/event_shape.ts";
import { tryFormatTime } from "../shape/format_time.ts";
import { tryIdentifier } from "../shape/identifier.ts";
import { field, quoted } from "../shape/lines.ts";
import { list, text } from "../shape/payload.ts";
import type { Line } from "../shape/shape.ts";

/** Fields that are shown, in this order; texts of customers are not among them. */
const FIELD_KEYS: readonly string[] = [
  "status",
  "financial_status",
  "fulfillment_status",
  "cancel_reason",
  "error_code",
  "test",
  "inventory_item_id",
  "location_id",
  "available",
];

const LIST_KEYS: readonly string[] = ["line_items", "variants", "refund_line_items"];

const PRICE_REGEXP = /^-?\d{1,15}(?:\.\d{1,4})?$/;
const CURRENCY_REGEXP = /^[A-Z]{3}$/;

/** `subscription_billing_attempts/failure` and similar topics. */
const FAILURE_REGEXP = /\/(?:failure|failed)$/;

function formatTotal(payload: unknown): Line[] {
  const price = text(payload, "total_price") ?? text(payload, "amount") ?? "";
  const currency = text(payload, "currency") ?? "";
  const isTotal = PRICE_REGEXP.test(price) && CURRENCY_REGEXP.test(currency);
  return isTotal ? field("total", `${price} ${currency}`) : [];
}

/**
 * Shopify. No name, address or contact of a customer is shown, and no note or attribute that a
 * customer has written.
 *
 * Source of the rules: https://shopify.dev/docs/api/webhooks
 */
export const shopify: Provider<"shopify"> = {
  name: "shopify",
  scheme: {
    proof: createHmacProof("x-shopify-hmac-sha256", { encoding: "base64" }),
    id: { headers: ["x-shopify-webhook-id"] },
    event: { headers: ["x-shopify-topic"] },
  },
  setup: {
    where: "Settings > Notifications > Webhooks > Create webhook",
    urlField: "URL",
    secretField: "Signing secret",
    isSecretTheirs: true,
    settings: [["Format", "JSON"]],
  },
  sample: ({ nowMs, time }) => ({
    event: "orders/create",
    payload: {
      id: nowMs,
      order_number: 1,
      total_price: "1.00",
      currency: "USD",
      financial_status: "paid",
      test: true,
      line_items: [{ title: SAMPLE_TEXT }],
      created_at: time,
    },
  }),
  shape({ event, payload }) {
    const topic = tryIdentifier(event) ?? "event";
    const [type = topic, action] = topic.split("/", 2);
    const number = tryIdentifier(text(payload, "order_number") ?? text(payload, "number"));
    const id = tryIdentifier(text(payload, "id") ?? text(payload, "order_id"));
    const counts = LIST_KEYS.flatMap((key) => {
      const { length } = list(payload, key);
      return length === 0 ? [] : field(key, String(length));
    });
    return eventShape({
      type,
      action,
      title: [topic, number ? `#${number}` : id],
      lines: [
        ...field("id", id),
        ...quoted("title", text(payload, "title")),
        ...formatTotal(payload),
        ...FIELD_KEYS.flatMap((key) => field(key, tryIdentifier(text(payload, key)))),
        ...quoted("error", text(payload, "error_message")),
        ...counts,
        ...field("time", tryFormatTime(text(payload, "updated_at") ?? text(payload, "created_at"))),
      ],
      severity: FAILURE_REGEXP.test(topic) ? "error" : "info",
      number,
      rule: "all",
      isWanted: true,
    });
  },
  events: ["orders", "fulfillments", "refunds", "products", "inventory_levels"],
};
