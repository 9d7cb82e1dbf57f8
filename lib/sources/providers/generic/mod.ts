import { tryCreateGenericScheme } from "./scheme.ts";
import { CONTENT_TYPE, type Provider, SAMPLE_PAGE, SAMPLE_TEXT } from "../../provider.ts";
import { shapeGeneric } from "../../shape/shape_generic.ts";
import { isText, shapeText } from "../../shape/shape_text.ts";

/** Any system that sends JSON, a form or text. */
export const generic: Provider<"generic"> = {
  name: "generic",
  scheme: ({ signature }) =>
    signature === undefined
      ? { ok: false, message: `The kind "generic" needs a signature: expected how it is made` }
      : tryCreateGenericScheme(signature),
  setup: {
    where: "The settings of the system that sends",
    urlField: "URL",
    secretField: "Token in the header Authorization, after Bearer",
    settings: [CONTENT_TYPE],
  },
  sample: ({ nowMs }) => ({
    event: "test",
    payload: {
      id: `test-${nowMs}`,
      type: "test",
      status: "ok",
      message: SAMPLE_TEXT,
      url: SAMPLE_PAGE,
    },
  }),
  shape: (delivery) => isText(delivery.payload) ? shapeText(delivery) : shapeGeneric(delivery),
  events: [],
};
