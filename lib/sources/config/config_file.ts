/**
 * The configuration of sources, `config.json`: which paths take webhooks, how their senders prove
 * themselves, and which events are wanted.
 *
 * @module
 */

import { cleanLine } from "../../text/clean_line.ts";
import { findJsonFault } from "../body/find_json_fault.ts";
import { formatJsonPath } from "../body/json_path.ts";
import type { SourceConfig } from "./entry.ts";
import { SOURCE_SCHEMA } from "./schema.ts";

/** What {@linkcode tryParseSourceConfig} returns. */
export type SourceConfigResult =
  | { readonly ok: true; readonly config: SourceConfig }
  | { readonly ok: false; readonly message: string };

/** The longest name of the place of a fault, in code points. */
const MAX_PLACE_CODE_POINTS = 200;

/**
 * Reads the configuration.
 *
 * @param text The text of the file.
 * @returns The configuration, or a message that names the place of the first fault and what was
 * expected there, and nothing that may be a secret.
 */
export function tryParseSourceConfig(text: string): SourceConfigResult {
  const json = text.replace(/^\ufeff/, "");
  const fault = findJsonFault(json);
  if (fault !== undefined) {
    const { line, column, message } = fault;
    const place = `line ${line}, column ${column}`;
    return { ok: false, message: `The configuration is no JSON at ${place}: ${message}` };
  }
  const parsed = SOURCE_SCHEMA.safeParse(JSON.parse(json));
  if (parsed.success) return { ok: true, config: parsed.data };
  const [{ path = [], message = "" } = {}] = parsed.error.issues;
  const place = cleanLine(formatJsonPath(path.map(String)), MAX_PLACE_CODE_POINTS);
  return {
    ok: false,
    message: `The configuration is wrong${place === "" ? "" : ` at ${place}`}: ${message}`,
  };
}

/** Formats the configuration for its file. */
export function formatSourceConfig(config: SourceConfig): string {
  return `${JSON.stringify(config, null, 2)}\n`;
}
