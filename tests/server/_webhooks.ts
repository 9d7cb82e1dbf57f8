import { assert } from "@std/assert";
import type { Scheme } from "../../lib/sources/proof/scheme.ts";
import { FIXED_NAMES, GITLAB_SIGNED, SCHEMES } from "../_schemes.ts";
import { selectScheme } from "../../lib/sources/config/select_scheme.ts";
import type { SignatureEntry } from "../../lib/sources/proof/scheme.ts";
import { signWebhook } from "../../server/sources/signer.ts";
import { WebhookVerifier } from "../../server/sources/verifier.ts";

/** Headers by their lower-case names. */
export type SentHeaders = Readonly<Record<string, string>>;

/** A way of proof, with two secrets that could both be its source's. */
export interface Way {
  readonly name: string;
  readonly scheme: Scheme;
  readonly secrets: readonly [string, string];
  /** Signs with the first or the second of the secrets. */
  sign(body: string, secret?: 0 | 1): Promise<SentHeaders>;
}

/** Two secrets for a scheme that takes any text. */
export const SECRETS = ["first-secret", "second-secret"] as const;

/** The time of all signatures. */
export const NOW_MS = 1_700_000_000_000;
/** The body that is signed by default. */
export const BODY = `{"id":"d1","webhookTimestamp":${NOW_MS},"text":"héllo"}`;

/** The bytes of a body. */
export function toBytes(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}

/** A way of proof in which the signer can sign. */
export function createWay(name: string, scheme: Scheme, secrets: readonly [string, string]): Way {
  return {
    name,
    scheme,
    secrets,
    async sign(body, secret = 0) {
      const draft = { secret: secrets[secret], body: toBytes(body), nowMs: NOW_MS, id: "msg_1" };
      const signed = await signWebhook(scheme, draft);
      assert(signed.ok, name);
      return signed.headers;
    },
  };
}

async function createDiscordWay(): Promise<Way> {
  const pairs = await Promise.all(
    [0, 1].map(() => crypto.subtle.generateKey("Ed25519", true, ["sign", "verify"])),
  );
  const [first = "", second = ""] = await Promise.all(pairs.map(async (pair) => {
    const { publicKey } = pair as CryptoKeyPair;
    return new Uint8Array(await crypto.subtle.exportKey("raw", publicKey)).toHex();
  }));
  return {
    name: "discord",
    scheme: SCHEMES.discord,
    secrets: [first, second],
    async sign(body, secret = 0) {
      const { privateKey } = pairs[secret] as CryptoKeyPair;
      const content = toBytes(`1700000000${body}`);
      const signature = new Uint8Array(await crypto.subtle.sign("Ed25519", privateKey, content));
      return {
        "x-signature-ed25519": signature.toHex(),
        "x-signature-timestamp": "1700000000",
      };
    },
  };
}

/** A generic scheme. */
export function generic(signature: SignatureEntry): Scheme {
  const selected = selectScheme({ kind: "generic", signature }, []);
  assert(selected.ok);
  return selected.scheme;
}

/** Every way of proof. */
export async function createWays(): Promise<Way[]> {
  const ofKinds = FIXED_NAMES.filter((name) => name !== "discord").map((name) => {
    const scheme = SCHEMES[name];
    const isBase64 = scheme.proof.type === "hmac" && scheme.proof.key === "base64";
    return createWay(name, scheme, isBase64 ? ["whsec_AQID", "whsec_BAUG"] : SECRETS);
  });
  const grafana = selectScheme({ kind: "grafana", timestamp_header: "x-time" }, []);
  assert(grafana.ok);
  const bearer = generic({ algorithm: "bearer" });
  const basic = generic({ algorithm: "basic" });
  const key = generic({ algorithm: "token", header: "x-key", prefix: "Key " });
  const hmac = generic({
    algorithm: "sha512",
    header: "x-signature",
    template: "{timestamp}:{id}|{body}.",
    encoding: "base64",
    prefix: "v9=",
    timestamp_header: "x-time",
    id_header: "x-id",
  });
  const passwords = ["first:pässword", "second:pässword"] as const;
  return [
    ...ofKinds,
    await createDiscordWay(),
    createWay("gitlab signed", GITLAB_SIGNED, ["whsec_AQID", "whsec_BAUG"]),
    createWay("grafana with a time", grafana.scheme, SECRETS),
    createWay("alertmanager basic", SCHEMES.alertmanager, passwords),
    createWay("generic hmac", hmac, SECRETS),
    createWay("generic bearer", bearer, SECRETS),
    createWay("generic basic", basic, passwords),
    createWay("generic token", key, SECRETS),
  ];
}

/** Verifies a delivery: returns `ok` with the number of the secret, or the code. */
export async function verify(
  scheme: Scheme,
  secrets: readonly string[],
  delivery: { headers: SentHeaders; body?: string; nowMs?: number },
): Promise<string> {
  const { headers, body = BODY, nowMs = NOW_MS } = delivery;
  const verifier = new WebhookVerifier({ scheme, secrets });
  const parts = { headers: new Headers(headers), body: toBytes(body), nowMs };
  const verified = await verifier.verify(parts);
  return verified.ok ? `ok ${verified.secretIndex}` : verified.code;
}
