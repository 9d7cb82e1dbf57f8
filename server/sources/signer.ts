/**
 * Signs a body as its source would, to test a source.
 *
 * @module
 */

import { type ContentValues, joinContent } from "../../lib/sources/proof/signed_content.ts";
import type { HmacProof, Scheme, TokenProof } from "../../lib/sources/proof/scheme.ts";
import { tryReadSecretKey } from "../../lib/sources/proof/secret_key.ts";

interface WebhookDraft {
  readonly secret: string;
  readonly body: Uint8Array<ArrayBuffer>;
  readonly nowMs: number;
  /**
   * The delivery id, where it stands in a header.
   *
   * @default {crypto.randomUUID()}
   */
  readonly id?: string | undefined;
  /** The type of the event, where it stands in a header. */
  readonly event?: string | undefined;
}

/** The headers that a source would send, or why only the source can send them. */
type SignedWebhook =
  | { readonly ok: true; readonly headers: Readonly<Record<string, string>> }
  | { readonly ok: false; readonly message: string };

const ENCODER = new TextEncoder();

function formatToken({ forms, prefix }: TokenProof, secret: string): string {
  if (forms.includes("plain")) return prefix + secret;
  const isBasic = forms.includes("basic") && (secret.includes(":") || !forms.includes("bearer"));
  return isBasic ? `Basic ${ENCODER.encode(secret).toBase64()}` : `Bearer ${secret}`;
}

async function signHmac(
  proof: HmacProof,
  key: Uint8Array<ArrayBuffer>,
  values: ContentValues,
): Promise<string> {
  const content = joinContent(proof.content, values);
  const algorithm = { name: "HMAC", hash: proof.hash };
  const imported = await crypto.subtle.importKey("raw", key, algorithm, false, ["sign"]);
  const mac = new Uint8Array(await crypto.subtle.sign("HMAC", imported, content));
  return proof.prefix + (proof.encoding === "hex" ? mac.toHex() : mac.toBase64());
}

/** Signs a body as its source would. The caller sets a time inside the body, as Linear sends it. */
export async function signWebhook(scheme: Scheme, draft: WebhookDraft): Promise<SignedWebhook> {
  const { proof } = scheme;
  const { secret, body, nowMs, id = crypto.randomUUID(), event } = draft;
  if (proof.type === "ed25519") {
    return {
      ok: false,
      message: "Cannot sign: only the provider has the private key, and the secret here is the " +
        "public one",
    };
  }
  const read = tryReadSecretKey(scheme, secret);
  if (!read.ok) return read;
  const headers: Record<string, string> = {};
  const [idHeader] = scheme.id.headers ?? [];
  if (idHeader !== undefined) headers[idHeader] = id;
  const [eventHeader] = scheme.event.headers ?? [];
  if (eventHeader !== undefined && event !== undefined) headers[eventHeader] = event;
  if (proof.type === "token") {
    headers[proof.header] = formatToken(proof, secret);
    return { ok: true, headers };
  }
  const timestamp = String(Math.floor(nowMs / 1000));
  const signature = await signHmac(proof, read.key, { body, timestamp, id });
  const [names] = proof.headers;
  if (names.timestamp !== undefined) headers[names.timestamp] = timestamp;
  if (names.id !== undefined) headers[names.id] = id;
  headers[names.signature] = proof.timestampPair === undefined
    ? signature
    : `${proof.timestampPair}=${timestamp},${signature}`;
  return { ok: true, headers };
}
