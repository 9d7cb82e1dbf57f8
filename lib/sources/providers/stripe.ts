import { createHmacProof, TOLERANCE_MS } from "../proof/create_proof.ts";
import { type Provider, SAMPLE_TEXT } from "../provider.ts";
import { cleanUrl } from "../shape/clean_url.ts";
import { eventShape } from "../shape/event_shape.ts";
import { tryIdentifier } from "../shape/identifier.ts";
import { field, quoted } from "../shape/lines.ts";
import { at, number, text } from "../shape/payload.ts";
import type { Severity } from "../shape/shape.ts";

const MAX_CHANGES = 10;

/** Keys of the amount: of charges and payouts, invoices, and checkout sessions. */
const AMOUNT_KEYS: readonly string[] = ["amount", "amount_due", "amount_total"];

/** Currencies that Stripe counts in whole units. */
const WHOLE_CURRENCIES: ReadonlySet<string> = new Set(
  "bif clp djf gnf jpy kmf krw mga pyg rwf vnd vuv xaf xof xpf".split(" "),
);

/** Currencies that Stripe counts in thousandths. */
const MILLI_CURRENCIES: ReadonlySet<string> = new Set("bhd jod kwd omr tnd".split(" "));

const CURRENCY_REGEXP = /^[a-z]{3}$/;
const EVENT_ID_REGEXP = /^evt_[A-Za-z0-9_]{1,80}$/;
const ACCOUNT_REGEXP = /^acct_[A-Za-z0-9]{1,40}$/;

/** `charge.failed`, `invoice.payment_failed` and similar types. */
const FAILED_REGEXP = /[._]failed$/;

/** `charge.dispute.created`, `issuing_dispute.submitted` and similar types. */
const DISPUTE_REGEXP = /(?:^|[._])dispute\./;

function formatAmount(object: unknown): string | undefined {
  const amount = AMOUNT_KEYS.map((key) => number(object, key)).find((found) => found !== undefined);
  const currency = text(object, "currency")?.toLowerCase() ?? "";
  if (amount === undefined || !CURRENCY_REGEXP.test(currency)) return undefined;
  const digits = WHOLE_CURRENCIES.has(currency) ? 0 : MILLI_CURRENCIES.has(currency) ? 3 : 2;
  return `${(amount / 10 ** digits).toFixed(digits)} ${currency.toUpperCase()}`;
}

/** Formats the names of changed fields; their values can be anything. */
function formatChanges(previous: unknown): string | undefined {
  const keys = typeof previous === "object" && previous !== null ? Object.keys(previous) : [];
  const names = keys.filter((key) => tryIdentifier(key) !== undefined);
  const rest = names.length > MAX_CHANGES ? `, ${MAX_CHANGES} shown of ${names.length}` : "";
  return names.length === 0 ? undefined : `${names.slice(0, MAX_CHANGES).join(", ")}${rest}`;
}

/** Returns the page of the event, which links to everything else. */
function urlOf(payload: unknown, isLive: boolean): string | undefined {
  const id = text(payload, "id") ?? "";
  if (!EVENT_ID_REGEXP.test(id)) return undefined;
  const account = text(payload, "account") ?? "";
  const path = ACCOUNT_REGEXP.test(account) ? `${account}/` : "";
  return cleanUrl(`https://dashboard.stripe.com/${path}${isLive ? "" : "test/"}events/${id}`);
}

function severityOf(type: string): Severity {
  if (FAILED_REGEXP.test(type)) return "error";
  return DISPUTE_REGEXP.test(type) ? "warning" : "info";
}

/**
 * Stripe. Only the fields of the object that are named here are shown: all others can hold data of
 * a customer, of a card, or a secret.
 *
 * Source of the rules: https://docs.stripe.com/api/events and https://docs.stripe.com/currencies
 */
export const stripe: Provider<"stripe"> = {
  name: "stripe",
  scheme: {
    proof: createHmacProof("stripe-signature", {
      layout: "pairs",
      prefix: "v1=",
      content: "{timestamp}.{body}",
      timestampPair: "t",
      toleranceMs: TOLERANCE_MS,
    }),
    id: { path: "id" },
    event: {},
  },
  setup: {
    where: "Workbench > Webhooks > Add destination",
    urlField: "Endpoint URL",
    secretField: "Signing secret",
    isSecretTheirs: true,
  },
  sample: ({ nowMs }) => ({
    event: "",
    payload: {
      id: `evt_test${nowMs}`,
      object: "event",
      type: "charge.failed",
      created: Math.floor(nowMs / 1000),
      livemode: false,
      data: {
        object: {
          id: `ch_test${nowMs}`,
          object: "charge",
          amount: 100,
          currency: "usd",
          status: "failed",
          failure_code: "card_declined",
          failure_message: SAMPLE_TEXT,
        },
      },
    },
  }),
  shape({ payload }) {
    const type = tryIdentifier(text(payload, "type")) ?? "event";
    const end = type.includes(".") ? type.lastIndexOf(".") : type.length;
    const object = at(payload, "data.object") ?? at(payload, "related_object");
    const error = at(object, "last_payment_error") ?? at(object, "last_finalization_error");
    const isLive = at(payload, "livemode") === true;
    const code = text(object, "failure_code") ?? text(object, "failure_reason") ??
      text(error, "decline_code") ?? text(error, "code");
    const severity = severityOf(type);
    return eventShape({
      type: type.slice(0, end),
      action: type.slice(end + 1) || undefined,
      title: [type, tryIdentifier(text(object, "id")), isLive ? "live" : "test"],
      lines: [
        ...field("object", tryIdentifier(text(object, "object") ?? text(object, "type"))),
        ...field("amount", formatAmount(object)),
        ...field("status", tryIdentifier(text(object, "status"))),
        ...field("failure", tryIdentifier(code)),
        ...quoted("message", text(object, "failure_message") ?? text(error, "message")),
        ...field("reason", tryIdentifier(text(object, "reason"))),
        ...field("attempts", tryIdentifier(text(object, "attempt_count"))),
        ...field("changed", formatChanges(at(payload, "data.previous_attributes"))),
      ],
      url: urlOf(payload, isLive),
      severity,
      rule: "only failures and disputes",
      isWanted: severity !== "info",
      burstKey: tryIdentifier(text(object, "payment_intent") ?? text(object, "id")),
    });
  },
  events: ["charge.failed", "charge.dispute.created", "invoice.payment_failed", "payout.failed"],
};
