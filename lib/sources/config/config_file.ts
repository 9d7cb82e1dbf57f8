/**
 * The configuration of sources, `config.json`: the paths that take webhooks, how deliveries are
 * verified, and which events are wanted.
 *
 * @module
 */

import { cleanLine } from "../../text/clean_line.ts";
import { formatJsonPath } from "../body/json_path.ts";
import type { SourceConfig } from "./entry.ts";
import { SOURCE_SCHEMA } from "./schema.ts";

export type SourceConfigResult =
  | { readonly ok: true; readonly config: SourceConfig }
  | { readonly ok: false; readonly message: string };

const MAX_PLACE_CODE_POINTS = 200;

const MAX_NAME_CODE_POINTS = 64;

/**
 * A message of `JSON.parse()` that says a place. All others quote the text, which may be a secret.
 */
const PLACE_REGEXP = /^([A-Z][^"]*) in JSON at position \d+ \(line (\d+) column (\d+)\)$/;

/** A string of JSON, and the colon that makes a name of it. */
const STRING_REGEXP = /("[^"\\]*(?:\\.[^"\\]*)*")(\s*:)?/g;

function describeFault(error: unknown): string {
  const message = error instanceof Error ? error.message : "";
  const [, what = "", line, column] = PLACE_REGEXP.exec(message) ?? [];
  if (line !== undefined) {
    const words = what.charAt(0).toLowerCase() + what.slice(1);
    return ` at line ${line}, column ${column}: ${words}`;
  }
  return message === "Unexpected end of JSON input"
    ? ": it ends too early"
    : ": a value is not written as JSON has it, or a comment stands in it";
}

function* namesOf(value: unknown): Generator<string> {
  if (typeof value !== "object" || value === null) return;
  for (const [name, inner] of Object.entries(value)) {
    if (!Array.isArray(value)) yield name;
    yield* namesOf(inner);
  }
}

/** Finds a name that stands twice in an object, where `JSON.parse()` drops the first silently. */
function findRepeatedName(json: string, value: unknown): string | undefined {
  const counts = new Map<string, number>();
  for (const name of namesOf(value)) counts.set(name, (counts.get(name) ?? 0) + 1);
  for (const [, string = "", colon] of json.matchAll(STRING_REGEXP)) {
    if (colon === undefined) continue;
    const name: string = JSON.parse(string);
    const count = counts.get(name) ?? 0;
    if (count === 0) return name;
    counts.set(name, count - 1);
  }
  return undefined;
}

/**
 * Reads the text of the file.
 *
 * @returns The configuration, or a message that names the place of the first fault and what was
 * expected there, and repeats nothing that may be a secret.
 */
export function tryParseSourceConfig(text: string): SourceConfigResult {
  const json = text.replace(/^\ufeff/, "");
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (error) {
    return { ok: false, message: `The configuration is no JSON${describeFault(error)}` };
  }
  const parsed = SOURCE_SCHEMA.safeParse(value);
  if (parsed.success) {
    const repeated = findRepeatedName(json, value);
    if (repeated === undefined) return { ok: true, config: parsed.data };
    const name = cleanLine(repeated, MAX_NAME_CODE_POINTS);
    const message = `The configuration is wrong: expected "${name}" once in its object`;
    return { ok: false, message };
  }
  const [{ path = [], message = "" } = {}] = parsed.error.issues;
  const place = cleanLine(formatJsonPath(path.map(String)), MAX_PLACE_CODE_POINTS);
  return {
    ok: false,
    message: `The configuration is wrong${place === "" ? "" : ` at ${place}`}: ${message}`,
  };
}

export function formatSourceConfig(config: SourceConfig): string {
  return `${JSON.stringify(config, null, 2)}\n`;
}
