import { cleanContent } from "../../text/clean_content.ts";
import { cleanLine } from "../../text/clean_line.ts";
import { splitByCodePoints } from "../../text/truncate.ts";
import { formatJsonPath, type JsonPath, readJsonPath, tryParseJsonPath } from "./json_path.ts";
import { isRecord } from "../shape/payload.ts";
import { REDACTED, redactText } from "../shape/redact.ts";
import { isSecretMember } from "../shape/secret_member.ts";

/** The part and the page of a body. */
export interface PageJsonOptions {
  /** The path of the part, such as `jobs[0].steps`. */
  readonly path?: string | undefined;
  /** The page, from 1 (default `1`). */
  readonly page?: number | undefined;
}

export type PageResult =
  | {
    readonly ok: true;
    readonly text: string;
    /** The number of the page, from 1. */
    readonly page: number;
    readonly pages: number;
  }
  | { readonly ok: false; readonly message: string };

/** The longest page in code points: about 2,500 tokens. */
export const JSON_PAGE_CODE_POINTS = 8000;

/**
 * The most levels that are shown; a path leads further down. Indentation would grow with the
 * square.
 */
const MAX_DEPTH = 32;

const MAX_LISTED_KEYS = 50;
const MAX_KEY_CODE_POINTS = 64;

/** `JSON.rawJSON()`, which TypeScript does not declare yet. */
const { rawJSON } = JSON as unknown as { rawJSON(text: string): unknown };

/** A number as it was written; no path leads into it. */
class WrittenNumber {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  toJSON(): unknown {
    return rawJSON(this.#text);
  }
}

function redactKeys(value: object): object {
  const keys = Object.keys(value);
  if (keys.every((key) => redactText(key) === key)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [redactText(key), part]));
}

/** Redacts secrets, and keeps numbers as they were written. */
function revive(
  this: object,
  key: string,
  value: unknown,
  context?: { readonly source?: string },
): unknown {
  const isTelling = value !== null && typeof value !== "boolean";
  if (isTelling && isSecretMember(this, key)) return REDACTED;
  if (typeof value === "number") return new WrittenNumber(context?.source ?? String(value));
  if (typeof value === "string") return redactText(value);
  return isRecord(value) ? redactKeys(value) : value;
}

/** Cuts a value to some levels, and counts what is below. */
function cutLevels(value: unknown, levels: number): unknown {
  if (typeof value !== "object" || value === null || value instanceof WrittenNumber) return value;
  if (Array.isArray(value)) {
    return levels === 0
      ? `[… (+${value.length})]`
      : value.map((item) => cutLevels(item, levels - 1));
  }
  const entries = Object.entries(value);
  return levels === 0
    ? `{… (+${entries.length})}`
    : Object.fromEntries(entries.map(([key, part]) => [key, cutLevels(part, levels - 1)]));
}

/** Describes a value that has not the part that was asked for. */
function describe(value: unknown): string {
  if (Array.isArray(value)) {
    return value.length === 0 ? "an empty list" : `a list of ${value.length}, from [0]`;
  }
  if (value === null) return "null";
  if (value instanceof WrittenNumber) return "a number";
  if (typeof value !== "object") return `a ${typeof value}`;
  const keys = Object.keys(value);
  const shown = keys.slice(0, MAX_LISTED_KEYS).map((key) => cleanLine(key, MAX_KEY_CODE_POINTS));
  const more = keys.length > shown.length ? ` … (+${keys.length - shown.length})` : "";
  return keys.length === 0 ? "an empty object" : `an object with ${shown.join(", ")}${more}`;
}

function describeMissing(path: JsonPath, depth: number, deepest: unknown): string {
  const missing = cleanLine(formatJsonPath(path.slice(0, depth + 1)), MAX_LISTED_KEYS);
  const there = depth === 0
    ? "the body"
    : `"${cleanLine(formatJsonPath(path.slice(0, depth)), MAX_LISTED_KEYS)}"`;
  return `There is no "${missing}": ${there} is ${describe(deepest)}`;
}

function tryPrint(
  json: string,
  path: JsonPath,
): { readonly ok: true; readonly text: string } | { readonly ok: false; readonly message: string } {
  try {
    const found = readJsonPath(JSON.parse(json, revive), path);
    if (found.isFound) {
      return { ok: true, text: JSON.stringify(cutLevels(found.value, MAX_DEPTH), null, 2) };
    }
    return { ok: false, message: describeMissing(path, found.depth, found.deepest) };
  } catch (error) {
    const isDeep = error instanceof RangeError;
    return { ok: false, message: `The body is ${isDeep ? "nested too deep" : "no JSON"}` };
  }
}

/** Takes a page of a text that is cleaned and redacted. */
export function takePage(text: string, page: number): PageResult {
  const pages = splitByCodePoints(text, JSON_PAGE_CODE_POINTS);
  const shown = pages[page - 1];
  if (shown !== undefined) return { ok: true, text: shown, page, pages: pages.length };
  const expected = pages.length === 1 ? "there is 1 page" : `expected 1 to ${pages.length}`;
  return { ok: false, message: `There is no page ${page}: ${expected}` };
}

/**
 * Formats a page of a body of JSON or of a part of it, indented, redacted and cleaned. Numbers keep
 * all their digits.
 */
export function pageJson(
  json: string,
  { path: pathText = "", page = 1 }: PageJsonOptions = {},
): PageResult {
  const parsed = tryParseJsonPath(pathText);
  if (!parsed.ok) return { ok: false, message: `Cannot read the part: ${parsed.message}` };
  const printed = tryPrint(json, parsed.path);
  if (!printed.ok) return printed;
  return takePage(cleanContent(printed.text, Math.max(16, 2 * printed.text.length)), page);
}
