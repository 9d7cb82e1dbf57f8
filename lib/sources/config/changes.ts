/**
 * Changes of the configuration; each returns a new one.
 *
 * @module
 */

import { cleanLine } from "../../text/clean_line.ts";
import { findNearest } from "../../text/nearest.ts";
import {
  formatSourceConfig,
  type SourceConfigResult,
  tryParseSourceConfig,
} from "./config_file.ts";
import type { SourceConfig, SourceEntry } from "./entry.ts";

interface NewSource {
  readonly name: string;
  readonly source: SourceEntry;
}

const MAX_LISTED_NAMES = 10;

/**
 * Adds a source.
 *
 * @returns The configuration with it, or the reason to refuse it.
 */
export function addSource(config: SourceConfig, { name, source }: NewSource): SourceConfigResult {
  if (Object.hasOwn(config.sources, name)) {
    const message = `Cannot add the source "${name}": expected a name that no other source has`;
    return { ok: false, message };
  }
  // The check of the file runs now, because a file that fails it later takes no deliveries.
  return tryParseSourceConfig(
    formatSourceConfig({ ...config, sources: { ...config.sources, [name]: source } }),
  );
}

/** Says that no source has a name, and names the source that was probably meant. */
export function describeUnknownSource({ sources }: SourceConfig, name: string): string {
  const names = Object.keys(sources);
  const nearest = findNearest(name, names);
  const listed = names.slice(0, MAX_LISTED_NAMES).map((known) => `"${known}"`).join(", ");
  const more = names.length > MAX_LISTED_NAMES ? ` … (+${names.length - MAX_LISTED_NAMES})` : "";
  const hint = nearest !== undefined
    ? `did you mean "${nearest}"?`
    : names.length === 0
    ? "there are no sources"
    : `expected ${listed}${more}`;
  return `There is no source "${cleanLine(name, 64)}": ${hint}`;
}

/**
 * Removes a source.
 *
 * @returns The configuration without it, or a message that names the source that was probably
 * meant.
 */
export function removeSource(config: SourceConfig, name: string): SourceConfigResult {
  if (!Object.hasOwn(config.sources, name)) {
    return { ok: false, message: describeUnknownSource(config, name) };
  }
  const { [name]: _, ...sources } = config.sources;
  return { ok: true, config: { ...config, sources } };
}
