import { assert, assertEquals } from "@std/assert";
import { SCHEMES } from "../../_schemes.ts";
import { signWebhook } from "../../../server/sources/signer.ts";
import { BODY, NOW_MS, SECRETS, toBytes } from "../_webhooks.ts";

Deno.test("signWebhook() sends the id and the type where the source does [source.verify]", async () => {
  const draft = { secret: SECRETS[0], body: toBytes("Hello, World!"), nowMs: NOW_MS };
  const signed = await signWebhook(SCHEMES.github, { ...draft, id: "d1", event: "push" });
  assert(signed.ok);
  const { "x-hub-signature-256": signature, ...rest } = signed.headers;
  assert(signature?.startsWith("sha256="));
  assertEquals(rest, { "x-github-delivery": "d1", "x-github-event": "push" });
  const [first, second] = await Promise.all([0, 1].map(async () => {
    const other = await signWebhook(SCHEMES.github, draft);
    assert(other.ok && other.headers["x-github-event"] === undefined);
    return other.headers["x-github-delivery"];
  }));
  assert(first !== undefined && first !== second, "each delivery has an id of its own");
});

Deno.test("signWebhook() says why it cannot sign [source.verify]", async () => {
  const draft = { body: toBytes(BODY), nowMs: NOW_MS };
  assertEquals(await signWebhook(SCHEMES.discord, { ...draft, secret: "0a".repeat(32) }), {
    ok: false,
    message: "Cannot sign: only the provider has the private key, and the secret here is the " +
      "public one",
  });
  assertEquals(await signWebhook(SCHEMES.github, { ...draft, secret: "" }), {
    ok: false,
    message: "Cannot use a secret: expected a secret that is not empty",
  });
});
