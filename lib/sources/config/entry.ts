/**
 * The words of the configuration of sources, with the names that they have in `config.json`.
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

/** A source. */
export interface SourceEntry {
  /** The path that takes its deliveries, such as `/github`. */
  readonly path: string;
  /** The kind. */
  readonly kind: ProviderName;
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
