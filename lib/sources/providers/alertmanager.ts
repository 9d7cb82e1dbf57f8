import { createTokenProof } from "../proof/create_proof.ts";
import type { Provider } from "../provider.ts";
import { isAlertGroup, sampleAlertGroup, shapeAlertGroup } from "./alert_group.ts";
import { cleanUrl } from "../shape/clean_url.ts";
import { shapeGeneric } from "../shape/shape_generic.ts";
import { text } from "../shape/payload.ts";

/**
 * Prometheus Alertmanager. The address of an alert carries its expression as the query, which is
 * too long for an event; so the address is Alertmanager's.
 */
export const alertmanager: Provider<"alertmanager"> = {
  name: "alertmanager",
  scheme: {
    proof: createTokenProof("authorization", { forms: ["bearer", "basic"] }),
    id: { isOfAlerts: true },
    event: {},
  },
  setup: {
    where: "alertmanager.yml > receivers > webhook_configs",
    urlField: "url",
    secretField: "http_config.authorization.credentials",
  },
  sample: (parts) => ({ event: "", payload: sampleAlertGroup(parts) }),
  shape({ payload }) {
    if (!isAlertGroup(payload)) return shapeGeneric({ event: "alert", payload });
    return shapeAlertGroup(payload, { lines: [], url: cleanUrl(text(payload, "externalURL")) });
  },
  events: ["alert"],
};
