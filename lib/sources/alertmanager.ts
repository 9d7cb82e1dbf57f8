import { isAlertGroup, shapeAlertGroup } from "./alert_group.ts";
import { cleanUrl } from "./clean_url.ts";
import { shapeGeneric } from "./generic.ts";
import { text } from "./payload.ts";
import type { SourceKind } from "./source.ts";

/**
 * Prometheus Alertmanager. The query of an alert's own address is the expression, which a page of
 * Prometheus cannot do without and an event can; so the address is Alertmanager's.
 */
export const alertmanager: SourceKind = {
  name: "alertmanager",
  shape({ payload }) {
    if (!isAlertGroup(payload)) return shapeGeneric({ event: "alert", payload });
    return shapeAlertGroup(payload, { lines: [], url: cleanUrl(text(payload, "externalURL")) });
  },
};
