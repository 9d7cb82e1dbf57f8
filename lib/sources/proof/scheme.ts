/**
 * The words in which a scheme says how a delivery proves where it comes from, and where in it the id
 * and the type of the event stand. All names of headers are in lower case.
 *
 * @module
 */

/** The hash functions that signatures are made with, as Web Crypto names them. */
export type HashName = "SHA-1" | "SHA-256" | "SHA-512";

/** How many bytes each hash function gives. */
export const HASH_BYTES: Readonly<Record<HashName, number>> = {
  "SHA-1": 20,
  "SHA-256": 32,
  "SHA-512": 64,
};

/** How bytes are written in a header. */
type ByteEncoding = "hex" | "base64";

/** The headers that belong to one signature. */
export interface ProofHeaders {
  /** Carries the signature or signatures. */
  readonly signature: string;
  /** Carries the time of the signature in seconds or milliseconds since the epoch. */
  readonly timestamp?: string;
  /** Carries the delivery id that is part of what is signed. */
  readonly id?: string;
}

/** What all signatures have in common. */
export interface SignedProof {
  /** Of several sets the first counts whose signature is there; headers of two are never mixed. */
  readonly headers: readonly [ProofHeaders, ...ProofHeaders[]];
  /**
   * How signatures stand in their header: one as the `whole` value; several with spaces between
   * them; or `pairs` such as `t=1,v1=ab,v1=cd`. Of several, those with another prefix do not count.
   */
  readonly layout: "whole" | "spaced" | "pairs";
  /** What stands before each signature, such as `sha256=` or `v1,`. */
  readonly prefix: string;
  /** How a signature is written. Hexadecimal digits may be of either case. */
  readonly encoding: ByteEncoding;
  /** What is signed: text with `{body}` once, and `{timestamp}` and `{id}` where they are signed. */
  readonly content: string;
  /** The name of the pair that carries the timestamp, where no header of its own does. */
  readonly timestampPair?: string;
  /** How far the timestamp may be from now, either way; without it, the timestamp is not looked at. */
  readonly toleranceMs?: number;
}

/** A signature by a secret that both sides know. */
export interface HmacProof extends SignedProof {
  /** Tells this way of proof from the others. */
  readonly type: "hmac";
  /** The hash function of the HMAC. */
  readonly hash: HashName;
  /** How the key is made of the secret: its text in UTF-8, or the base64 after `whsec_`. */
  readonly key: "text" | "base64";
}

/** A signature by a key whose public half stands as the secret, in 64 hexadecimal digits. */
export interface Ed25519Proof extends SignedProof {
  /** Tells this way of proof from the others. */
  readonly type: "ed25519";
}

/** How a token stands in its header: as it is, after `Bearer`, or in base64 after `Basic`. */
export type TokenForm = "plain" | "bearer" | "basic";

/** The secret itself. */
export interface TokenProof {
  /** Tells this way of proof from the others. */
  readonly type: "token";
  /** The header that carries the token. */
  readonly header: string;
  /** The forms that are accepted. */
  readonly forms: readonly TokenForm[];
  /** What stands before a plain token. */
  readonly prefix: string;
}

/** How a delivery proves where it comes from. */
export type Proof = HmacProof | Ed25519Proof | TokenProof;

/** Where the delivery id stands, unless it is part of what is signed. */
interface IdRule {
  /** Headers, the first that is there counting. They can be forged: no signature covers them. */
  readonly headers?: readonly string[];
  /** The path in the body. */
  readonly path?: string;
  /** Whether the id is made of a group of alerts: its key, its status, and what tells each alert. */
  readonly isOfAlerts?: boolean;
}

/** Where the type of the event stands; nowhere for a kind that finds it in the body itself. */
export interface EventRule {
  /** Headers, the first that is there counting. */
  readonly headers?: readonly string[];
  /** Paths in the body, the first that is there counting, where no header has the type. */
  readonly paths?: readonly string[];
}

/** How the deliveries of a source are verified, and where their id and their type stand. */
export interface Scheme {
  /** How a delivery proves where it comes from. */
  readonly proof: Proof;
  /** Where the delivery id stands. */
  readonly id: IdRule;
  /** Where the type of the event stands. */
  readonly event: EventRule;
  /** A time in the signed body, in milliseconds since the epoch, and how far it may be from now. */
  readonly bodyTime?: { readonly path: string; readonly toleranceMs: number };
  /** The question that the source asks before it sends events. */
  readonly challenge?: "slack" | "discord";
  /** Types of events that only try the way, and are answered without becoming an event. */
  readonly pings?: readonly string[];
}

/** How a delivery of a generic source proves where it comes from. */
export interface SignatureEntry {
  /** An HMAC with a hash function; or the secret itself, as it is, after `Bearer`, or as `Basic`. */
  readonly algorithm: "sha256" | "sha1" | "sha512" | "token" | "bearer" | "basic";
  /**
   * The header with the signature or the token; needed unless it is that of `Bearer` or `Basic`.
   *
   * @default {"authorization"}
   */
  readonly header?: string | undefined;
  /**
   * What is signed, with `{body}` once, and `{timestamp}` and `{id}` where they are signed.
   *
   * @default {"{body}"}
   */
  readonly template?: string | undefined;
  /**
   * How the signature is written.
   *
   * @default {"hex"}
   */
  readonly encoding?: ByteEncoding | undefined;
  /**
   * What stands before the signature or the plain token, such as `sha256=`.
   *
   * @default {""}
   */
  readonly prefix?: string | undefined;
  /** The header with the time of the signature, which has to be signed. */
  readonly timestamp_header?: string | undefined;
  /** The header with the delivery id. */
  readonly id_header?: string | undefined;
  /** The header with the type of the event. */
  readonly event_header?: string | undefined;
  /** The path of the type of the event in the body. */
  readonly event_path?: string | undefined;
}

/** What of a source's configuration decides how its deliveries are verified. */
interface SchemeSettings {
  readonly signature?: SignatureEntry | undefined;
  readonly timestamp_header?: string | undefined;
  /** The secrets, where they are known. */
  readonly secrets: readonly string[];
}

/** A scheme, or why there is none for these settings. */
export type SchemeResult =
  | { readonly ok: true; readonly scheme: Scheme }
  | { readonly ok: false; readonly message: string };

/** Selects a scheme by what the user has configured, and by nothing that is sent. */
export type SchemeSelector = (settings: SchemeSettings) => SchemeResult;

/** The headers of a request; `Headers` is one. */
export interface HeaderReader {
  /** The value of a header, or `null`; a header that came repeatedly is joined by `, `. */
  get(name: string): string | null;
}

/** Why a delivery is refused before any secret is looked at. */
export interface Refusal {
  /** Tells a refusal from a result. */
  readonly ok: false;
  /** What is wrong, for a program. */
  readonly code:
    | "missing_signature"
    | "malformed_signature"
    | "missing_timestamp"
    | "malformed_timestamp"
    | "missing_id"
    | "malformed_id"
    | "repeated_header"
    | "stale";
  /** What is wrong, for a person; without anything that was sent. */
  readonly message: string;
}

/** Refuses a delivery. */
export function refuse(code: Refusal["code"], message: string): Refusal {
  return { ok: false, code, message };
}

const HEADER_NAME_REGEXP = /^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}$/;

/**
 * The name of a header in lower case, or `undefined` for a text that is no name of a header.
 *
 * Source of the rule: RFC 9110, section 5.1 (token).
 */
export function tryHeaderName(text: string): string | undefined {
  return HEADER_NAME_REGEXP.test(text) ? text.toLowerCase() : undefined;
}
