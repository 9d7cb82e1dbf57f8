/**
 * Alerts of Grafana, and the body that its alerts had before version 9.
 *
 * Source of the rules: Grafana's documentation of the webhook notifier, and that of version 8. The
 * message is left out, because it repeats everything else.
 *
 * @module
 */

import { createHmacProof, TOLERANCE_MS } from "../proof/create_proof.ts";
import { type Scheme, tryHeaderName } from "../proof/scheme.ts";
import { type Provider, SAMPLE_TEXT } from "../provider.ts";
import {
  formatPairs,
  isAlertGroup,
  sampleAlertGroup,
  shapeAlertGroup,
  trackAlert,
} from "./alert_group.ts";
import { cleanUrl } from "../shape/clean_url.ts";
import { eventShape } from "../shape/event_shape.ts";
import { shapeGeneric } from "../shape/shape_generic.ts";
import { tryIdentifier } from "../shape/identifier.ts";
import { field, listed, quoted } from "../shape/lines.ts";
import { at, list, text } from "../shape/payload.ts";
import type { Delivery, Shape } from "../shape/shape.ts";

const SIGNATURE_HEADER = "x-grafana-alerting-signature";

/**
 * The scheme without a signed time. The header of the time has no fixed name, and its presence may
 * not decide: a sender who leaves it out could pass the signed text, time and all, for a body.
 */
const SCHEME: Scheme = {
  proof: createHmacProof(SIGNATURE_HEADER),
  id: { isOfAlerts: true },
  event: {},
};

const MAX_VALUES = 4;

/** The states before version 9 that need attention. */
const BAD_STATES: ReadonlySet<string> = new Set(["alerting", "no_data", "error"]);

const STATES: ReadonlySet<string> = new Set([...BAD_STATES, "ok", "paused", "pending", "unknown"]);

/** Parameters of the address of a panel. */
const PANEL_QUERY: readonly string[] = ["orgId", "viewPanel", "panelId"];

function urlOf(payload: unknown): string | undefined {
  const urls = [
    text(payload, "alerts.0.panelURL"),
    text(payload, "alerts.0.dashboardURL"),
    text(payload, "alerts.0.generatorURL"),
    text(payload, "externalURL"),
  ];
  return cleanUrl(urls.find((url) => url !== undefined), { keepQuery: PANEL_QUERY });
}

function shapeGroup(payload: unknown): Shape {
  const lines = [
    ...quoted("title", text(payload, "title")),
    ...field("state", tryIdentifier(text(payload, "state"))),
    ...quoted("folder", text(payload, "commonLabels.grafana_folder")),
  ];
  return shapeAlertGroup(payload, { lines, url: urlOf(payload) });
}

/** Formats `name=value` of a measured value, as it was before version 9. */
function formatMatch(match: unknown): string {
  return `${text(match, "metric") ?? "value"}=${text(match, "value") ?? "null"}`;
}

function shapeLegacy({ payload }: Delivery): Shape {
  const given = text(payload, "state") ?? "";
  const state = STATES.has(given) ? given : "unknown";
  const isBad = BAD_STATES.has(state);
  const rule = text(payload, "ruleId");
  const name = text(payload, "ruleName");
  const subject = rule === undefined ? name : `rule ${rule}`;
  const isTracked = isBad || state === "ok";
  return eventShape({
    type: "alert",
    action: state,
    title: [state.replace("_", " "), tryIdentifier(name)],
    lines: [
      ...(tryIdentifier(name) === undefined ? quoted("rule", name) : []),
      ...listed("values", list(payload, "evalMatches").map(formatMatch), MAX_VALUES),
      ...quoted("tags", formatPairs(at(payload, "tags"), { max: MAX_VALUES })),
    ],
    url: cleanUrl(text(payload, "ruleUrl"), { keepQuery: PANEL_QUERY }),
    severity: isBad ? "error" : "info",
    rule: "alerting, no_data and error, and ok after one of them was shown",
    isWanted: isBad || (state === "ok" && subject !== undefined),
    burstKey: subject,
    track: isTracked ? trackAlert(subject, isBad) : undefined,
  });
}

export const grafana: Provider<"grafana"> = {
  name: "grafana",
  scheme: ({ timestamp_header: name }) => {
    if (name === undefined) return { ok: true, scheme: SCHEME };
    const timestamp = tryHeaderName(name);
    if (timestamp === undefined) {
      return {
        ok: false,
        message: "Cannot use the timestamp header: expected the name of a header",
      };
    }
    const proof = createHmacProof(SIGNATURE_HEADER, {
      headers: [{ signature: SIGNATURE_HEADER, timestamp }],
      content: "{timestamp}:{body}",
      toleranceMs: TOLERANCE_MS,
    });
    return { ok: true, scheme: { ...SCHEME, proof } };
  },
  setup: {
    where: "Alerting > Contact points > Add contact point > Webhook",
    urlField: "URL",
    secretField: "HMAC signature > Secret",
  },
  sample: (parts) => ({
    event: "",
    payload: { ...sampleAlertGroup(parts), state: "alerting", title: SAMPLE_TEXT },
  }),
  shape(delivery) {
    const { payload } = delivery;
    if (isAlertGroup(payload)) return shapeGroup(payload);
    const rule = text(payload, "ruleId") ?? text(payload, "ruleName");
    return rule === undefined ? shapeGeneric({ event: "alert", payload }) : shapeLegacy(delivery);
  },
  events: ["alert"],
};
