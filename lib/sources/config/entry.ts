/**
 * The words of the configuration of sources, with the names that they have in `config.json`.
 *
 * @module
 */

import type { JsonFilter } from "../filter/parse_filter.ts";
import type { ByteEncoding, SchemeKind } from "../proof/scheme.ts";

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

/** Patterns of events, such as `pull_request.opened` or `push.*`. */
export interface EventsEntry {
  /** Events that are wanted although the default leaves them out. */
  readonly allow?: readonly string[] | undefined;
  /** Events that are never wanted. */
  readonly deny?: readonly string[] | undefined;
}

/** A source. */
export interface SourceEntry {
  /** The path that takes its deliveries, such as `/github`. */
  readonly path: string;
  /** The kind. */
  readonly kind: SchemeKind;
  /** `env:NAME`, `file:/path` or the secret itself; each of them is accepted. */
  readonly secrets: readonly string[];
  /** The session that its events go to. */
  readonly session?: string | undefined;
  /** The repository that its events are about, as `owner/name`. */
  readonly repository?: string | undefined;
  /** Which events are wanted. */
  readonly events?: EventsEntry | undefined;
  /** What the payload must match. */
  readonly filter?: JsonFilter | undefined;
  /** A Handlebars template for the text of its events. */
  readonly template?: string | undefined;
  /** How a generic source signs; needed for it, and for no other kind. */
  readonly signature?: SignatureEntry | undefined;
  /** The header in which Grafana is configured to send the time; for no other kind. */
  readonly timestamp_header?: string | undefined;
}

/** The configuration. */
export interface SourceConfig {
  /** The sources by name. */
  readonly sources: Readonly<Record<string, SourceEntry>>;
}
