import { shapeGeneric } from "../shape/shape_generic.ts";
import { at, text } from "../shape/payload.ts";
import type { SourceKind } from "../shape/shape.ts";

/**
 * Any system that sends Standard Webhooks: `{type, timestamp, data}`.
 *
 * Source of the rules: https://www.standardwebhooks.com, the section on the payload's structure.
 */
export const standard: SourceKind = {
  name: "standard",
  shape({ event, payload }) {
    const data = at(payload, "data");
    const type = text(payload, "type") ?? text(payload, "event_type") ?? event;
    return shapeGeneric(
      { event: type, payload: typeof data === "object" && data !== null ? data : payload },
      { rule: "standard: all events" },
    );
  },
};
