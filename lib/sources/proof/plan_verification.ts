/**
 * Says what a delivery must prove; the server proves it, with the secrets.
 *
 * Everything that can be refused without a secret is refused here. The body is bytes and is parsed
 * only after its signature holds.
 *
 * @module
 */

import {
  type Ed25519Proof,
  type HeaderReader,
  type HmacProof,
  type Refusal,
  refuse,
  type Scheme,
  type TokenProof,
} from "./scheme.ts";
import { readSignatures } from "./read_signatures.ts";
import { readSignedContent } from "./signed_content.ts";
import { tryDecodeBytes } from "./secret_key.ts";

/** Something to prove. One check of a delivery that holds suffices. */
export type Check =
  | {
    readonly type: "signature";
    readonly signature: Uint8Array<ArrayBuffer>;
    /** The bytes that are signed. */
    readonly content: Uint8Array<ArrayBuffer>;
  }
  | {
    readonly type: "token";
    /** The bytes that must equal a secret. */
    readonly token: Uint8Array<ArrayBuffer>;
  };

/** The checks, or the reason to refuse the delivery as it stands. */
type VerificationPlan =
  | {
    readonly ok: true;
    /** At least one. */
    readonly checks: readonly Check[];
    /** The delivery id, if it is signed. */
    readonly deliveryId?: string | undefined;
    /** The time of the signature in milliseconds since the epoch, if it is signed. */
    readonly timestampMs?: number | undefined;
  }
  | Refusal;

export interface RawDelivery {
  readonly headers: HeaderReader;
  /** The body, byte for byte. */
  readonly body: Uint8Array<ArrayBuffer>;
  /** The time in milliseconds since the epoch. */
  readonly nowMs: number;
}

const BEARER_REGEXP = /^bearer +([!-~]+)$/i;
const BASIC_REGEXP = /^basic +([A-Za-z0-9+/]+={0,2})$/i;

function tryReadToken(
  { forms, prefix }: TokenProof,
  value: string,
): Uint8Array<ArrayBuffer> | undefined {
  const encoder = new TextEncoder();
  for (const form of forms) {
    if (form === "plain" && value.startsWith(prefix) && value !== prefix) {
      return encoder.encode(value.slice(prefix.length));
    }
    const bearer = form === "bearer" ? BEARER_REGEXP.exec(value)?.[1] : undefined;
    if (bearer !== undefined) return encoder.encode(bearer);
    const basic = form === "basic" ? BASIC_REGEXP.exec(value)?.[1] : undefined;
    if (basic !== undefined) return tryDecodeBytes(basic);
  }
  return undefined;
}

function formatExpected({ forms, prefix }: TokenProof): string {
  const names = {
    plain: prefix === "" ? "a token" : `"${prefix}"`,
    bearer: "Bearer",
    basic: "Basic",
  };
  return forms.map((form) => names[form]).join(" or ");
}

function planToken(proof: TokenProof, { headers }: RawDelivery): VerificationPlan {
  const { header } = proof;
  const value = headers.get(header) ?? "";
  if (value === "") return refuse("missing_signature", `the header "${header}" is missing`);
  if (value.includes(", ")) {
    return refuse("repeated_header", `the header "${header}" came more than once`);
  }
  const token = tryReadToken(proof, value);
  return token === undefined
    ? refuse(
      "malformed_signature",
      `the header "${header}" is malformed: expected ${formatExpected(proof)}`,
    )
    : { ok: true, checks: [{ type: "token", token }] };
}

function planSigned(
  proof: HmacProof | Ed25519Proof,
  { headers, body, nowMs }: RawDelivery,
): VerificationPlan {
  const names = proof.headers.find(({ signature }) => headers.get(signature));
  if (names === undefined) {
    const expected = proof.headers.map(({ signature }) => `"${signature}"`).join(" or ");
    return refuse("missing_signature", `the header ${expected} is missing`);
  }
  const value = headers.get(names.signature) ?? "";
  const read = readSignatures(proof, { name: names.signature, value });
  if (!read.ok) return read;
  const { timestamp } = read;
  const signed = readSignedContent(proof, { names, headers, timestamp, body, nowMs });
  if (!signed.ok) return signed;
  const { content, timestampMs, id } = signed;
  const checks = read.signatures.map((signature): Check => ({
    type: "signature",
    signature,
    content,
  }));
  return { ok: true, checks, deliveryId: id, timestampMs };
}

/**
 * Plans the verification of a delivery.
 *
 * @returns The checks, of which one that holds suffices, or a refusal.
 */
export function planVerification(
  { proof }: Pick<Scheme, "proof">,
  delivery: RawDelivery,
): VerificationPlan {
  return proof.type === "token" ? planToken(proof, delivery) : planSigned(proof, delivery);
}
