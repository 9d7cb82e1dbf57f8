/**
 * Proofs that several providers share, with usual values filled in.
 *
 * @module
 */

import type { HmacProof, ProofHeaders, TokenProof } from "./scheme.ts";

/** The furthest that a signed timestamp may be from now, either way. */
export const TOLERANCE_MS = 300_000;

/**
 * Creates a proof by HMAC-SHA256 over the body, in hexadecimal digits, unless `rest` says
 * otherwise.
 */
export function createHmacProof(header: string, rest: Partial<HmacProof> = {}): HmacProof {
  return {
    type: "hmac",
    hash: "SHA-256",
    key: "text",
    headers: [{ signature: header }],
    layout: "whole",
    prefix: "",
    encoding: "hex",
    content: "{body}",
    ...rest,
  };
}

/** Creates a proof by a plain token, unless `rest` says otherwise. */
export function createTokenProof(header: string, rest: Partial<TokenProof> = {}): TokenProof {
  return { type: "token", header, forms: ["plain"], prefix: "", ...rest };
}

function standardHeaders(name: string): ProofHeaders {
  return { signature: `${name}-signature`, timestamp: `${name}-timestamp`, id: `${name}-id` };
}

/** Creates the proof of Standard Webhooks; names are prefixes of headers, such as `webhook`. */
export function createStandardProof(name: string, ...otherNames: string[]): HmacProof {
  return createHmacProof("", {
    key: "base64",
    headers: [standardHeaders(name), ...otherNames.map(standardHeaders)],
    layout: "spaced",
    prefix: "v1,",
    encoding: "base64",
    content: "{id}.{timestamp}.{body}",
    toleranceMs: TOLERANCE_MS,
  });
}
