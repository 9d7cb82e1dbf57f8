import { assertEquals } from "@std/assert";
import { SCHEMES } from "../_schemes.ts";
import { WebhookVerifier } from "../../server/sources/verifier.ts";
import { PROJECT } from "./_files.ts";

const BODY_URL = new URL(
  "../shared/payloads/pagerduty/incident.priority_updated.raw.json",
  PROJECT,
);

/** The body of the vector, which is no part of this repository; `undefined` where it is not there. */
function tryReadBody(): Uint8Array<ArrayBuffer> | undefined {
  try {
    return Deno.readFileSync(BODY_URL);
  } catch {
    return undefined;
  }
}

const BODY = tryReadBody();

Deno.test({
  name: "WebhookVerifier.verify() accepts the published vector of PagerDuty [source.verify]",
  ignore: BODY === undefined,
  fn: async () => {
    const verifier = new WebhookVerifier({
      scheme: SCHEMES.pagerduty,
      secrets: ["lDQHScfUeXUKaQRNF+8XIiDKZ7XX3itBAYzwU0TARw8lJqRnkKl2iB1anSb0Z+IK"],
    });
    const headers = new Headers({
      "x-pagerduty-signature":
        "v1=0c0b9495b893a39e70d1fea2fe11fbe0a825f88b9f67846f6cc07dd2bc5476cd",
    });
    const codeOf = async (body: Uint8Array<ArrayBuffer>) => {
      const verified = await verifier.verify({ headers, body, nowMs: 0 });
      return verified.ok ? "ok" : verified.code;
    };
    const body = BODY ?? new Uint8Array();
    assertEquals(await codeOf(body), "ok");
    assertEquals(await codeOf(body.subarray(1)), "bad_signature");
  },
});
