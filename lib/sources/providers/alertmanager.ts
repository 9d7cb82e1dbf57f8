import { isAlertGroup, shapeAlertGroup } from "../shape/alert_group.ts";
import { cleanUrl } from "../shape/clean_url.ts";
import { shapeGeneric } from "../shape/shape_generic.ts";
import { text } from "../shape/payload.ts";
import type { SourceKind } from "../shape/shape.ts";

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
