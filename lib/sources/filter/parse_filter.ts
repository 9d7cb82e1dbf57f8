/**
 * Filters on the payload: conditions on values at paths, joined by `all`, `any`, `not`.
 *
 * @module
 */

import { tryParseJsonPath } from "../body/json_path.ts";
import { isRecord } from "../shape/payload.ts";
import { findNearest } from "../../text/nearest.ts";

/** A JSON value without parts. */
type JsonScalar = string | number | boolean | null;

export type JsonCondition =
  & {
    /** The path of the value, such as `pull_request.labels[0].name`. */
    readonly path: string;
  }
  & (
    | { readonly op: "equals"; readonly value: JsonScalar }
    | { readonly op: "in"; readonly value: readonly JsonScalar[] }
    /** Matches a value other than `null`; with `false`, a missing one. */
    | { readonly op: "exists"; readonly value?: boolean }
    /** An RE2 expression that matches anywhere in a string, a number or a boolean. */
    | { readonly op: "matches"; readonly value: string }
    | { readonly op: "greater" | "less"; readonly value: number }
  );

export type JsonFilter =
  | { readonly all: readonly JsonFilter[] }
  | { readonly any: readonly JsonFilter[] }
  | { readonly not: JsonFilter }
  | JsonCondition;

type JsonFilterResult =
  | { readonly ok: true; readonly filter: JsonFilter }
  | {
    readonly ok: false;
    /** The place of the fault in the filter. */
    readonly path: readonly string[];
    readonly message: string;
  };

/** The longest regular expression in UTF-16 units. */
const MAX_PATTERN_LENGTH = 200;

/** The deepest nesting of filters. */
const MAX_FILTER_DEPTH = 16;

/** The most filters and conditions in all. */
const MAX_FILTER_NODES = 200;

const MAX_IN_VALUES = 200;

const GROUPS: readonly string[] = ["all", "any", "not"];
const OPERATORS: readonly string[] = ["equals", "in", "exists", "matches", "greater", "less"];
const CONDITION_KEYS: readonly string[] = ["path", "op", "value"];

type Fault = Extract<JsonFilterResult, { ok: false }>;

interface Position {
  readonly path: readonly string[];
  readonly depth: number;
  readonly count: { nodes: number };
}

function fault(path: readonly string[], message: string): Fault {
  return { ok: false, path, message };
}

function isScalar(value: unknown): value is JsonScalar {
  return value === null || ["string", "number", "boolean"].includes(typeof value);
}

/** Returns what the value of an operator must be, or `undefined` for a valid one. */
function expectedValue(op: unknown, value: unknown): string | undefined {
  switch (op) {
    case "equals":
      return isScalar(value) ? undefined : "a string, a number, true, false or null";
    case "in": {
      const isList = Array.isArray(value) && value.length > 0 && value.length <= MAX_IN_VALUES;
      return isList && value.every(isScalar)
        ? undefined
        : `a list of 1 to ${MAX_IN_VALUES} strings, numbers, true, false or null`;
    }
    case "exists":
      return value === undefined || typeof value === "boolean" ? undefined : "true or false";
    case "matches":
      return typeof value === "string" && value !== "" && value.length <= MAX_PATTERN_LENGTH
        ? undefined
        : `a regular expression of 1 to ${MAX_PATTERN_LENGTH} characters`;
    default:
      return typeof value === "number" ? undefined : "a number";
  }
}

function checkCondition(
  condition: Readonly<Record<string, unknown>>,
  path: readonly string[],
): Fault | undefined {
  const unknown = Object.keys(condition).find((key) => !CONDITION_KEYS.includes(key));
  if (unknown !== undefined) {
    const nearest = findNearest(unknown, [...CONDITION_KEYS, ...GROUPS]);
    const hint = nearest === undefined
      ? 'expected "path", "op" and "value"'
      : `did you mean "${nearest}"?`;
    return fault([...path, unknown], `unknown key: ${hint}`);
  }
  if (typeof condition.path !== "string" || condition.path === "") {
    return fault([...path, "path"], 'expected a path such as "pull_request.draft"');
  }
  const parsed = tryParseJsonPath(condition.path);
  if (!parsed.ok) return fault([...path, "path"], parsed.message);
  if (typeof condition.op !== "string" || !OPERATORS.includes(condition.op)) {
    return fault([...path, "op"], `expected one of ${OPERATORS.map((op) => `"${op}"`).join(", ")}`);
  }
  const expected = expectedValue(condition.op, condition.value);
  return expected === undefined ? undefined : fault([...path, "value"], `expected ${expected}`);
}

function checkFilter(filter: unknown, { path, depth, count }: Position): Fault | undefined {
  if (depth > MAX_FILTER_DEPTH) {
    return fault(path, `expected at most ${MAX_FILTER_DEPTH} filters in each other`);
  }
  if (++count.nodes > MAX_FILTER_NODES) {
    return fault(path, `expected at most ${MAX_FILTER_NODES} filters and conditions`);
  }
  if (!isRecord(filter)) {
    return fault(path, 'expected an object with "all", "any" or "not", or with "path" and "op"');
  }
  const group = GROUPS.find((key) => Object.hasOwn(filter, key));
  if (group === undefined) return checkCondition(filter, path);
  const other = Object.keys(filter).find((key) => key !== group);
  if (other !== undefined) return fault([...path, other], `expected nothing beside "${group}"`);
  const inner = filter[group];
  const here = [...path, group];
  if (group === "not") return checkFilter(inner, { path: here, depth: depth + 1, count });
  if (!Array.isArray(inner) || inner.length === 0) {
    return fault(here, "expected a list of filters, at least one");
  }
  for (const [index, part] of inner.entries()) {
    const position = { path: [...here, String(index)], depth: depth + 1, count };
    const found = checkFilter(part, position);
    if (found !== undefined) return found;
  }
  return undefined;
}

/**
 * Reads a filter.
 *
 * @returns The filter, or its fault. The compiler checks the syntax of regular expressions later.
 */
export function tryParseFilter(value: unknown): JsonFilterResult {
  const found = checkFilter(value, { path: [], depth: 1, count: { nodes: 0 } });
  return found ?? { ok: true, filter: value as JsonFilter };
}

/** Tells whether a filter needs a compiler of regular expressions. */
export function usesRegExp(filter: JsonFilter): boolean {
  if ("all" in filter) return filter.all.some(usesRegExp);
  if ("any" in filter) return filter.any.some(usesRegExp);
  if ("not" in filter) return usesRegExp(filter.not);
  return filter.op === "matches";
}
