/**
 * Describes how a provider signs, and where its deliveries carry their id and type. All names of
 * headers are in lower case.
 *
 * @module
 */

/** A hash function, as Web Crypto names it. */
export type HashName = "SHA-1" | "SHA-256" | "SHA-512";

export const HASH_BYTES: Readonly<Record<HashName, number>> = {
  "SHA-1": 20,
  "SHA-256": 32,
  "SHA-512": 64,
};

type ByteEncoding = "hex" | "base64";

/** The headers of one signature. */
export interface ProofHeaders {
  readonly signature: string;
  /** The time of the signature, in seconds or milliseconds since the epoch. */
  readonly timestamp?: string;
  /** The delivery id, if it is signed. */
  readonly id?: string;
}

export interface SignedProof {
  /**
   * The sets of headers; the first set whose signature is present counts, and two sets never mix.
   */
  readonly headers: readonly [ProofHeaders, ...ProofHeaders[]];
  /**
   * The layout of signatures in their header: one as the `whole` value, several with spaces between
   * them, or `pairs` such as `t=1,v1=ab,v1=cd`. Signatures with another prefix do not count.
   */
  readonly layout: "whole" | "spaced" | "pairs";
  /** The text before each signature, such as `sha256=` or `v1,`. */
  readonly prefix: string;
  /** The spelling of a signature. Hexadecimal digits may be of either case. */
  readonly encoding: ByteEncoding;
  /** The signed text, with `{body}` once, and `{timestamp}` and `{id}` if they are signed. */
  readonly content: string;
  /** The name of the pair with the timestamp, if no header of its own has it. */
  readonly timestampPair?: string;
  /**
   * The furthest that the timestamp may be from now, either way; if missing, no time is checked.
   */
  readonly toleranceMs?: number;
}

/** A signature by a secret that both sides know. */
export interface HmacProof extends SignedProof {
  readonly type: "hmac";
  readonly hash: HashName;
  /** The key: the text of the secret in UTF-8, or the base64 after `whsec_`. */
  readonly key: "text" | "base64";
}

/** A signature by a private key; the secret is the public key in 64 hexadecimal digits. */
export interface Ed25519Proof extends SignedProof {
  readonly type: "ed25519";
}

/** The form of a token in its header: as it is, after `Bearer`, or in base64 after `Basic`. */
export type TokenForm = "plain" | "bearer" | "basic";

/** A secret that is sent as it is. */
export interface TokenProof {
  readonly type: "token";
  readonly header: string;
  readonly forms: readonly TokenForm[];
  /** The text before a plain token. */
  readonly prefix: string;
}

export type Proof = HmacProof | Ed25519Proof | TokenProof;

/** The place of the delivery id, unless it is signed. */
interface IdRule {
  /** Headers, the first present one counting. They can be forged: no signature covers them. */
  readonly headers?: readonly string[];
  /** The path in the body. */
  readonly path?: string;
  /**
   * Set if the id is made of a group of alerts: its key, its status and the fingerprint of each
   * alert.
   */
  readonly isOfAlerts?: boolean;
}

/** The place of the type of the event; empty if the provider reads it from the body itself. */
export interface EventRule {
  /** Headers, the first present one counting. */
  readonly headers?: readonly string[];
  /** Paths in the body, the first present one counting, if no header has the type. */
  readonly paths?: readonly string[];
}

/** The verification and identification of deliveries of a provider. */
export interface Scheme {
  readonly proof: Proof;
  readonly id: IdRule;
  readonly event: EventRule;
  /**
   * A time in the signed body, in milliseconds since the epoch, and the furthest it may be from
   * now.
   */
  readonly bodyTime?: { readonly path: string; readonly toleranceMs: number };
  /** The question that the provider asks before it sends events. */
  readonly challenge?: "slack" | "discord";
  /** Types that only test the connection; they are answered and become no event. */
  readonly pings?: readonly string[];
}

/** The signature of a generic source, as the configuration describes it. */
export interface SignatureEntry {
  /**
   * An HMAC with a hash function; or the secret itself, as it is, after `Bearer`, or as `Basic`.
   */
  readonly algorithm: "sha256" | "sha1" | "sha512" | "token" | "bearer" | "basic";
  /**
   * The header with the signature or the token; needed unless it is that of `Bearer` or `Basic`
   * (default `"authorization"`).
   */
  readonly header?: string | undefined;
  /**
   * The signed text, with `{body}` once, and `{timestamp}` and `{id}` if they are signed (default
   * `"{body}"`).
   */
  readonly template?: string | undefined;
  /** @default {"hex"} */
  readonly encoding?: ByteEncoding | undefined;
  /** The text before the signature or the plain token, such as `sha256=` (default `""`). */
  readonly prefix?: string | undefined;
  /** The header with the time of the signature; the time must be signed. */
  readonly timestamp_header?: string | undefined;
  readonly id_header?: string | undefined;
  readonly event_header?: string | undefined;
  /** The path of the type of the event in the body. */
  readonly event_path?: string | undefined;
}

/** The settings of a source that can decide how its deliveries are verified. */
interface SchemeSettings {
  readonly signature?: SignatureEntry | undefined;
  readonly timestamp_header?: string | undefined;
  /** The secrets; empty while they are not read. */
  readonly secrets: readonly string[];
}

export type SchemeResult =
  | { readonly ok: true; readonly scheme: Scheme }
  | { readonly ok: false; readonly message: string };

/** Selects a scheme by what the user has configured, and by nothing that is sent. */
export type SchemeSelector = (settings: SchemeSettings) => SchemeResult;

/** The headers of a request; `Headers` is one. */
export interface HeaderReader {
  /** Returns the value of a header, or `null`; a repeated header is joined by `, `. */
  get(name: string): string | null;
}

/** The reason to refuse a delivery before a secret is needed. */
export interface Refusal {
  readonly ok: false;
  readonly code:
    | "missing_signature"
    | "malformed_signature"
    | "missing_timestamp"
    | "malformed_timestamp"
    | "missing_id"
    | "malformed_id"
    | "repeated_header"
    | "stale";
  /** The reason for a person, without anything that was sent. */
  readonly message: string;
}

export function refuse(code: Refusal["code"], message: string): Refusal {
  return { ok: false, code, message };
}

const HEADER_NAME_REGEXP = /^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}$/;

/**
 * Returns the name of a header in lower case, or `undefined` for a text that is no such name.
 *
 * Source of the rule: RFC 9110, section 5.1 (token).
 */
export function tryHeaderName(text: string): string | undefined {
  return HEADER_NAME_REGEXP.test(text) ? text.toLowerCase() : undefined;
}
