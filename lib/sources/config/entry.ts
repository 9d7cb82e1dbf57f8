/**
 * The configuration of sources, with the names of `config.json`.
 *
 * @module
 */

import type { JsonFilter } from "../filter/parse_filter.ts";
import type { SignatureEntry } from "../proof/scheme.ts";
import type { ProviderName } from "../providers/kinds.ts";

/** Patterns of events, such as `pull_request.opened` or `push.*`. */
interface EventsEntry {
  /** Events that are wanted although the default leaves them out. */
  readonly allow?: readonly string[] | undefined;
  /** Events that are never wanted. */
  readonly deny?: readonly string[] | undefined;
}

export interface SourceEntry {
  /** The path that takes its deliveries, such as `/github`. */
  readonly path: string;
  /** The name of its provider. */
  readonly kind: ProviderName;
  /** Secrets, each accepted: `env:NAME`, `file:/path` or the secret itself. */
  readonly secrets: readonly string[];
  /** The session that its events go to. */
  readonly session?: string | undefined;
  /** The repository that its events are about, as `owner/name`. */
  readonly repository?: string | undefined;
  readonly events?: EventsEntry | undefined;
  /** The condition on the payload. */
  readonly filter?: JsonFilter | undefined;
  /** A Handlebars template for the text of its events. */
  readonly template?: string | undefined;
  /** The signature of a generic source; refused for any other. */
  readonly signature?: SignatureEntry | undefined;
  /** The header with the time of a signature of Grafana; refused for any other source. */
  readonly timestamp_header?: string | undefined;
}

export interface SourceConfig {
  /** The sources by name. */
  readonly sources: Readonly<Record<string, SourceEntry>>;
}
