import { createHmacProof } from "../proof/create_proof.ts";
import { type Provider, SAMPLE_PAGE, SAMPLE_TEXT } from "../provider.ts";
import { cleanUrl } from "../shape/clean_url.ts";
import { eventShape } from "../shape/event_shape.ts";
import { tryFormatTime } from "../shape/format_time.ts";
import { shapeGeneric } from "../shape/shape_generic.ts";
import { tryIdentifier } from "../shape/identifier.ts";
import { field, listed, quoted } from "../shape/lines.ts";
import { at, list, text } from "../shape/payload.ts";
import type { Severity } from "../shape/shape.ts";

const MAX_ASSIGNEES = 5;

const MAX_NOTE_CODE_POINTS = 500;

/** Actions on an incident that need attention. */
const WANTED: ReadonlySet<string> = new Set(["triggered", "escalated", "reopened", "resolved"]);

function severityOf(action: string, urgency: string | undefined): Severity {
  if (!WANTED.has(action) || action === "resolved") return "info";
  return urgency === "low" ? "warning" : "critical";
}

/**
 * PagerDuty's webhooks of version 3. The agent and the conference bridge, with its phone numbers,
 * are never shown.
 *
 * Source of the rules: https://developer.pagerduty.com/docs/webhooks-overview
 */
export const pagerduty: Provider<"pagerduty"> = {
  name: "pagerduty",
  scheme: {
    proof: createHmacProof("x-pagerduty-signature", { layout: "pairs", prefix: "v1=" }),
    id: { path: "event.id" },
    event: { paths: ["event.event_type"] },
    pings: ["pagey.ping"],
  },
  setup: {
    where: "Integrations > Generic Webhooks (v3) > New Webhook",
    urlField: "Webhook URL",
    secretField: "Signing secret",
    isSecretTheirs: true,
  },
  sample: ({ nowMs, time }) => ({
    event: "",
    payload: {
      event: {
        id: `test-${nowMs}`,
        event_type: "incident.triggered",
        resource_type: "incident",
        occurred_at: time,
        data: {
          id: "PTEST1",
          type: "incident",
          number: 1,
          status: "triggered",
          urgency: "low",
          title: SAMPLE_TEXT,
          html_url: SAMPLE_PAGE,
        },
      },
    },
  }),
  shape(delivery) {
    const { payload } = delivery;
    if (at(payload, "event.data") === undefined) {
      return shapeGeneric(delivery, { isWanted: false, rule: "pagerduty: only incidents" });
    }
    const event = tryIdentifier(text(payload, "event.event_type") ?? delivery.event) ?? "event";
    const [type = event, ...actions] = event.split(".");
    const action = actions.join(".");
    const data = at(payload, "event.data");
    // A note or a responder comes with a reference to its incident.
    const subject = at(data, "incident") ?? data;
    const id = tryIdentifier(text(subject, "id"));
    const number = tryIdentifier(text(subject, "number"));
    const urgency = tryIdentifier(text(subject, "urgency"));
    const priority = text(subject, "priority.summary");
    const isWanted = type === "incident" && WANTED.has(action);
    return eventShape({
      type,
      action: action === "" ? undefined : action,
      title: [`${type} ${action}`.trim().replace(/[._]/g, " "), number ? `#${number}` : id],
      lines: [
        ...quoted("title", text(subject, "title") ?? text(subject, "summary")),
        ...quoted("note", text(data, "content"), MAX_NOTE_CODE_POINTS),
        ...quoted("service", text(subject, "service.summary")),
        ...field("status", tryIdentifier(text(subject, "status"))),
        ...field("urgency", urgency),
        ...quoted("priority", priority),
        ...listed(
          "assigned to",
          list(subject, "assignees").map((assignee) => text(assignee, "summary")),
          MAX_ASSIGNEES,
        ),
        ...field("time", tryFormatTime(text(payload, "event.occurred_at"))),
      ],
      url: cleanUrl(text(subject, "html_url")),
      severity: severityOf(action, urgency),
      number,
      rule: type === "incident"
        ? "only triggered, escalated, reopened and resolved"
        : "not among the defaults",
      isWanted,
      burstKey: id && `${type} ${id}`,
    });
  },
  events: ["incident.acknowledged", ...[...WANTED].map((action) => `incident.${action}`)],
};
