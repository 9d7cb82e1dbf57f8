import { createStandardProof } from "../proof/create_proof.ts";
import { type Provider, SAMPLE_TEXT } from "../provider.ts";
import { shapeGeneric } from "../shape/shape_generic.ts";
import { at, text } from "../shape/payload.ts";

/**
 * Any system that sends Standard Webhooks: `{type, timestamp, data}`.
 *
 * Source of the rules: https://www.standardwebhooks.com, the section on the payload's structure.
 */
export const standard: Provider<"standard"> = {
  name: "standard",
  scheme: {
    // Svix sends Standard Webhooks under its own name.
    proof: createStandardProof("webhook", "svix"),
    id: {},
    event: { paths: ["type"] },
  },
  setup: {
    where: "The settings of the system that sends",
    urlField: "Endpoint URL",
    secretField: "Signing secret",
    secretForm: "whsec",
  },
  sample: ({ nowMs, time }) => ({
    event: "",
    payload: {
      type: "source.test",
      timestamp: time,
      data: { id: `test-${nowMs}`, message: SAMPLE_TEXT },
    },
  }),
  shape({ event, payload }) {
    const data = at(payload, "data");
    const type = text(payload, "type") ?? text(payload, "event_type") ?? event;
    return shapeGeneric(
      { event: type, payload: typeof data === "object" && data !== null ? data : payload },
      { rule: "standard: all events" },
    );
  },
  events: [],
};
