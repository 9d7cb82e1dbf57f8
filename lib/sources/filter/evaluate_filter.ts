/**
 * Compiles filters and evaluates them, in time that is linear in the payload.
 *
 * @module
 */

import { splitByCodePoints, truncate } from "../../text/truncate.ts";
import type { JsonCondition, JsonFilter } from "./parse_filter.ts";
import {
  formatJsonPath,
  type JsonPath,
  readJsonPath,
  tryParseJsonPath,
} from "../body/json_path.ts";

/** A regular expression that takes linear time. */
interface LinearRegExp {
  /** Returns `true` if the expression matches anywhere in a text. */
  test(text: string): boolean;
}

/** Compiles a regular expression, or says what is wrong with it. */
export type CompileRegExp = (
  pattern: string,
) =>
  | { readonly ok: true; readonly regexp: LinearRegExp }
  | { readonly ok: false; readonly message: string };

interface CompiledCondition {
  readonly kind: "condition";
  readonly condition: JsonCondition;
  readonly path: JsonPath;
  readonly regexp: LinearRegExp | undefined;
}

export type CompiledFilter =
  | { readonly kind: "all" | "any"; readonly parts: readonly CompiledFilter[] }
  | { readonly kind: "not"; readonly part: CompiledFilter }
  | CompiledCondition;

type CompiledFilterResult =
  | { readonly ok: true; readonly filter: CompiledFilter }
  | { readonly ok: false; readonly message: string };

export interface FilterVerdict {
  readonly isMatch: boolean;
  /** The condition that decided, as it was found: `path pull_request.draft equals true`. */
  readonly rule: string;
}

/** The most of a text that a regular expression sees, in code points. */
const MAX_TESTED_CODE_POINTS = 10_000;

const MAX_RULE_CODE_POINTS = 200;
const MAX_SHOWN_CODE_POINTS = 60;

type Compiled = CompiledFilter | { readonly kind: "fault"; readonly message: string };

function compileParts(
  kind: "all" | "any",
  parts: readonly JsonFilter[],
  compile: CompileRegExp,
): Compiled {
  const compiled: CompiledFilter[] = [];
  for (const part of parts) {
    const result = compilePart(part, compile);
    if (result.kind === "fault") return result;
    compiled.push(result);
  }
  return { kind, parts: compiled };
}

function compilePart(filter: JsonFilter, compile: CompileRegExp): Compiled {
  if ("all" in filter) return compileParts("all", filter.all, compile);
  if ("any" in filter) return compileParts("any", filter.any, compile);
  if ("not" in filter) {
    const part = compilePart(filter.not, compile);
    return part.kind === "fault" ? part : { kind: "not", part };
  }
  const parsed = tryParseJsonPath(filter.path);
  if (!parsed.ok) return { kind: "fault", message: parsed.message };
  const condition = { kind: "condition", condition: filter, path: parsed.path } as const;
  if (filter.op !== "matches") return { ...condition, regexp: undefined };
  const compiled = compile(filter.value);
  return compiled.ok
    ? { ...condition, regexp: compiled.regexp }
    : { kind: "fault", message: `${show(filter.value)}: ${compiled.message}` };
}

/**
 * Prepares a filter of `tryParseFilter()`.
 *
 * @param compile Compiles its regular expressions; not called for a filter without any.
 * @returns The filter, or a message about the expression that is wrong.
 */
export function compileFilter(filter: JsonFilter, compile: CompileRegExp): CompiledFilterResult {
  const result = compilePart(filter, compile);
  return result.kind === "fault"
    ? { ok: false, message: result.message }
    : { ok: true, filter: result };
}

function show(value: unknown): string {
  return truncate(JSON.stringify(value), MAX_SHOWN_CODE_POINTS);
}

/**
 * Returns the text that a regular expression sees; `undefined` for an object, a list or nothing.
 */
function textOf(value: unknown): string | undefined {
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  if (typeof value !== "string") return undefined;
  return splitByCodePoints(value.slice(0, 2 * MAX_TESTED_CODE_POINTS), MAX_TESTED_CODE_POINTS)[0];
}

function matches(value: unknown, regexp: LinearRegExp | undefined): boolean {
  const text = textOf(value);
  return text !== undefined && regexp !== undefined && regexp.test(text);
}

/** Judges a condition, and words both outcomes. */
function judge({ condition, path, regexp }: CompiledCondition, payload: unknown) {
  const found = readJsonPath(payload, path);
  const value = found.isFound ? found.value : undefined;
  switch (condition.op) {
    case "equals": {
      const shown = show(condition.value);
      const words = [`equals ${shown}`, `does not equal ${shown}`] as const;
      return { isMatch: value === condition.value, words };
    }
    case "in": {
      const shown = truncate(condition.value.map(show).join(", "), MAX_SHOWN_CODE_POINTS);
      const words = [`is one of ${shown}`, `is none of ${shown}`] as const;
      return { isMatch: condition.value.some((allowed) => value === allowed), words };
    }
    case "exists": {
      const exists = value !== undefined && value !== null;
      const words = ["exists", "does not exist"] as const;
      return condition.value === false
        ? { isMatch: !exists, words: words.toReversed() }
        : { isMatch: exists, words };
    }
    case "matches": {
      const shown = show(condition.value);
      const words = [`matches ${shown}`, `does not match ${shown}`] as const;
      return { isMatch: matches(value, regexp), words };
    }
    default: {
      const isMatch = typeof value === "number" &&
        (condition.op === "greater" ? value > condition.value : value < condition.value);
      const words = `${condition.op} than ${condition.value}`;
      return { isMatch, words: [`is ${words}`, `is not ${words}`] as const };
    }
  }
}

function joinRules(rules: readonly string[]): string {
  return truncate(rules.join(" and "), MAX_RULE_CODE_POINTS);
}

/**
 * Judges a payload by a filter. The rule says what was found, so it is true even if the filter does
 * not match; it shows values of the filter and none of the payload.
 */
export function evaluateFilter(filter: CompiledFilter, payload: unknown): FilterVerdict {
  switch (filter.kind) {
    case "condition": {
      const { isMatch, words } = judge(filter, payload);
      const path = truncate(formatJsonPath(filter.path), MAX_SHOWN_CODE_POINTS);
      return { isMatch, rule: joinRules([`path ${path} ${words[isMatch ? 0 : 1]}`]) };
    }
    case "not": {
      const { isMatch, rule } = evaluateFilter(filter.part, payload);
      return { isMatch: !isMatch, rule };
    }
    default: {
      const decides = filter.kind === "any";
      const rules: string[] = [];
      for (const part of filter.parts) {
        const { isMatch, rule } = evaluateFilter(part, payload);
        if (isMatch === decides) return { isMatch, rule };
        rules.push(rule);
      }
      return { isMatch: !decides, rule: joinRules(rules) };
    }
  }
}
