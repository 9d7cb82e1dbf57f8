import { assert, assertEquals, assertFalse, assertThrows } from "@std/assert";
import { createHmacProof } from "../../../lib/sources/proof/create_proof.ts";
import type { Scheme } from "../../../lib/sources/proof/scheme.ts";
import { SCHEMES } from "../../_schemes.ts";
import { WebhookVerifier } from "../../../server/sources/verifier.ts";
import {
  BODY,
  createWay,
  createWays,
  generic,
  NOW_MS,
  SECRETS,
  toBytes,
  verify,
} from "../_webhooks.ts";

const WAYS = await createWays();

/** The header that carries the signature or the token. */
function signatureHeaderOf({ proof }: Scheme): string {
  return proof.type === "token" ? proof.header : proof.headers[0].signature;
}

Deno.test("WebhookVerifier.verify() accepts what each source signs, and no other body [source.verify]", async () => {
  for (const { name, scheme, secrets, sign } of WAYS) {
    const headers = await sign(BODY);
    assertEquals(await verify(scheme, secrets, { headers }), "ok 0", name);
    const isBodySigned = scheme.proof.type !== "token";
    const expected = isBodySigned ? "bad_signature" : "ok 0";
    for (const body of [BODY.replace("d1", "d2"), `${BODY}\n`, BODY.slice(1), ""]) {
      assertEquals(await verify(scheme, secrets, { headers, body }), expected, name);
    }
    const empty = await sign("");
    assertEquals(await verify(scheme, secrets, { headers: empty, body: "" }), "ok 0", name);
  }
});

Deno.test("WebhookVerifier.verify() accepts each of several secrets and no other [source.verify]", async () => {
  for (const { name, scheme, secrets: [first, second], sign } of WAYS) {
    const headers = await sign(BODY, 1);
    assertEquals(await verify(scheme, [first, second], { headers }), "ok 1", name);
    assertEquals(await verify(scheme, [second], { headers }), "ok 0", name);
    assertEquals(await verify(scheme, [first], { headers }), "bad_signature", name);
  }
});

Deno.test("WebhookVerifier.verify() refuses a signature that is missing or came twice [source.verify]", async () => {
  for (const { name, scheme, secrets, sign } of WAYS) {
    const headers = await sign(BODY);
    const header = signatureHeaderOf(scheme);
    const value = headers[header] ?? "";
    const { [header]: _, ...rest } = headers;
    const twice = scheme.proof.type !== "token" && scheme.proof.layout === "pairs" &&
        scheme.proof.timestampPair === undefined
      // A list that came in two headers is one list.
      ? "ok 0"
      : "repeated_header";
    const codes = [
      await verify(scheme, secrets, { headers: rest }),
      await verify(scheme, secrets, { headers: { ...headers, [header]: "" } }),
      await verify(scheme, secrets, { headers: { ...headers, [header]: `${value}, ${value}` } }),
    ];
    assertEquals(codes, ["missing_signature", "missing_signature", twice], name);
  }
});

Deno.test("WebhookVerifier.verify() refuses a changed, foreign or re-encoded signature [source.verify]", async () => {
  for (const { name, scheme, secrets, sign } of WAYS) {
    const headers = await sign(BODY);
    const header = signatureHeaderOf(scheme);
    const value = headers[header] ?? "";
    const at = value.length - 4;
    const changed = value.slice(0, at) + (value[at] === "0" ? "1" : "0") + value.slice(at + 1);
    const others = ["x", value.slice(0, -1), changed, value.replace(/[^=, ]+=*$/, "")];
    for (const other of WAYS) {
      const foreign = (await other.sign(BODY, 1))[signatureHeaderOf(other.scheme)] ?? "";
      others.push(foreign, `${foreign}=`);
    }
    for (const other of others) {
      const code = await verify(scheme, [secrets[0]], { headers: { ...headers, [header]: other } });
      assert(!code.startsWith("ok"), `${name}: ${other}`);
    }
  }
});

Deno.test("WebhookVerifier.verify() takes hexadecimal digits of either case [source.verify]", async () => {
  for (const { name, scheme, secrets, sign } of WAYS) {
    if (scheme.proof.type === "token" || scheme.proof.encoding !== "hex") continue;
    const headers = await sign(BODY);
    const header = signatureHeaderOf(scheme);
    const upper = headers[header]?.replace(/[0-9a-f]{40,}$/, (digits) => digits.toUpperCase());
    assertFalse(upper === headers[header], name);
    const code = await verify(scheme, secrets, { headers: { ...headers, [header]: upper ?? "" } });
    assertEquals(code, "ok 0", name);
  }
});

Deno.test("WebhookVerifier.verify() accepts one right signature among several [source.verify]", async () => {
  const hex = "ab".repeat(32);
  for (const { name, scheme, secrets, sign } of WAYS) {
    if (scheme.proof.type === "token" || scheme.proof.layout === "whole") continue;
    const headers = await sign(BODY);
    const header = signatureHeaderOf(scheme);
    const value = headers[header] ?? "";
    const [wrong, between] = scheme.proof.layout === "pairs"
      ? [`${scheme.proof.prefix}${hex}`, ","]
      : [`v1,${new Uint8Array(32).toBase64()}`, " "];
    const values = [`${wrong}${between}${value}`, `${value}${between}${wrong}`, wrong];
    const codes = await Promise.all(
      values.map((several) =>
        verify(scheme, secrets, { headers: { ...headers, [header]: several } })
      ),
    );
    const none = scheme.proof.timestampPair ? "missing_timestamp" : "bad_signature";
    assertEquals(codes, ["ok 0", "ok 0", none], name);
  }
});

Deno.test("WebhookVerifier.verify() refuses what was signed too long ago or in the future [source.replay]", async () => {
  for (const { name, scheme, secrets, sign } of WAYS) {
    const headers = await sign(BODY);
    const { proof, bodyTime } = scheme;
    const limitMs = proof.type === "token" ? undefined : proof.toleranceMs ?? bodyTime?.toleranceMs;
    for (const sense of [-1, 1]) {
      const at = (ms: number) => verify(scheme, secrets, { headers, nowMs: NOW_MS + sense * ms });
      const inside = (limitMs ?? 1e12) - 1000;
      assertEquals(await at(inside), "ok 0", name);
      if (limitMs === undefined) continue;
      assertEquals([await at(limitMs), await at(limitMs + 1000)], ["ok 0", "stale"], name);
    }
  }
});

Deno.test("WebhookVerifier.verify() refuses another time or id than the signed one [source.replay]", async () => {
  for (const { name, scheme: { proof }, scheme, secrets, sign } of WAYS) {
    if (proof.type === "token") continue;
    const headers = await sign(BODY);
    const [names] = proof.headers;
    const other: [string | undefined, string, string][] = [
      [names.timestamp, "1700000001", "timestamp"],
      [names.id, "msg_2", "id"],
    ];
    for (const [header, value, what] of other) {
      if (header === undefined) continue;
      const { [header]: _, ...rest } = headers;
      const codes = [
        await verify(scheme, secrets, { headers: { ...headers, [header]: value } }),
        await verify(scheme, secrets, { headers: { ...headers, [header]: `${value}, ${value}` } }),
        await verify(scheme, secrets, { headers: rest }),
      ];
      assertEquals(codes, ["bad_signature", "repeated_header", `missing_${what}`], name);
    }
  }
});

Deno.test("WebhookVerifier.verify() reads the time in a body only after its signature [source.replay]", async () => {
  const { linear } = SCHEMES;
  const stale = `{"webhookTimestamp":${NOW_MS - 61_000}}`;
  const cases: [string, string][] = [
    [stale, "stale"],
    [`{"webhookTimestamp":${NOW_MS + 61_000}}`, "stale"],
    [`{"webhookTimestamp":${NOW_MS - 60_000}}`, "ok 0"],
    ['{"webhookTimestamp":"1"}', "ok 0"],
    ["{}", "ok 0"],
    ["no JSON", "ok 0"],
  ];
  const way = createWay("linear", linear, SECRETS);
  for (const [body, code] of cases) {
    assertEquals(
      await verify(linear, [SECRETS[0]], { headers: await way.sign(body), body }),
      code,
      body,
    );
  }
  const headers = await way.sign("{}");
  assertEquals(await verify(linear, [SECRETS[0]], { headers, body: stale }), "bad_signature");
});

Deno.test("WebhookVerifier.verify() returns the delivery id only where it is signed [source.replay]", async () => {
  for (const { name, scheme, secrets, sign } of WAYS) {
    const verifier = new WebhookVerifier({ scheme, secrets });
    const headers = new Headers(await sign(BODY));
    const verified = await verifier.verify({ headers, body: toBytes(BODY), nowMs: NOW_MS });
    const content = scheme.proof.type === "token" ? "" : scheme.proof.content;
    assert(verified.ok, name);
    assertEquals(verified.deliveryId, content.includes("{id}") ? "msg_1" : undefined, name);
  }
});

Deno.test("WebhookVerifier.verify() gives the signature of a body only where nothing else is signed [source.replay]", async () => {
  for (const { name, scheme, secrets, sign } of WAYS) {
    const { proof } = scheme;
    const headers = await sign(BODY);
    const verifier = new WebhookVerifier({ scheme, secrets });
    const parts = { headers: new Headers(headers), body: toBytes(BODY), nowMs: NOW_MS };
    const verified = await verifier.verify(parts);
    assert(verified.ok, name);
    if (proof.type === "token" || proof.content !== "{body}") {
      assertEquals(verified.bodySignature, undefined, name);
    } else {
      const signature = Uint8Array.fromHex(verified.bodySignature ?? "");
      const sent = headers[signatureHeaderOf(scheme)] ?? "";
      const isSent = sent.includes(signature.toHex()) || sent.includes(signature.toBase64());
      assert(isSent && signature.length > 0, name);
    }
  }
});

Deno.test("WebhookVerifier verifies one delivery after the other [source.verify]", async () => {
  for (const { name, scheme, secrets, sign } of WAYS) {
    const verifier = new WebhookVerifier({ scheme, secrets });
    const results = await Promise.all([0, 1, 0].map(async (secret) => {
      const headers = new Headers(await sign(BODY, secret as 0 | 1));
      return await verifier.verify({ headers, body: toBytes(BODY), nowMs: NOW_MS });
    }));
    assertEquals(results.map((result) => result.ok && result.secretIndex), [0, 1, 0], name);
  }
});

Deno.test("WebhookVerifier throws where a secret is missing, empty or of no use [source.verify]", () => {
  for (const { name, scheme, secrets: [secret] } of WAYS) {
    for (const secrets of [[], [""], [" "], [secret, ""]]) {
      const make = () => new WebhookVerifier({ scheme, secrets });
      const { message } = assertThrows(make, TypeError, "Cannot ", name);
      assertFalse(message.includes(secret), name);
    }
  }
  const cases: [Scheme, string][] = [
    [SCHEMES.standard, "whsec_*SECRET*"],
    [SCHEMES.discord, "SECRET"],
    [SCHEMES.telegram, "SECRET\u0000"],
    [generic({ algorithm: "basic" }), "SECRET"],
  ];
  for (const [scheme, secret] of cases) {
    const make = () => new WebhookVerifier({ scheme, secrets: [secret] });
    assertFalse(assertThrows(make, TypeError).message.includes("SECRET"), secret);
  }
});

Deno.test("WebhookVerifier.verify() does not take the same key with another hash [source.verify]", async () => {
  const sha1 = { ...SCHEMES.vercel, proof: createHmacProof("x-vercel-signature") };
  const way = createWay("vercel with SHA-256", sha1, SECRETS);
  const code = await verify(SCHEMES.vercel, [SECRETS[0]], { headers: await way.sign(BODY) });
  assertEquals(code, "malformed_signature");
});
