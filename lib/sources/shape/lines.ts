/**
 * Builds the lines of an event. Each builder returns a list, and a missing value gives no line:
 * `[...field("branch", branch), ...quoted("title", title)]`.
 *
 * @module
 */

import { cleanValue } from "./clean_value.ts";
import type { Line } from "./shape.ts";

/** The longest untrusted text in code points unless a line says otherwise. */
const MAX_QUOTE_CODE_POINTS = 200;

const MAX_ITEM_CODE_POINTS = 100;

/** Builds a line that only the provider or a trusted person can have written. */
export function field(key: string, value: string | undefined): Line[] {
  return value === undefined || value.trim() === "" ? [] : [{ key, value, isUntrusted: false }];
}

/**
 * Builds a line that a stranger can have written; none for a text of invisible characters.
 *
 * @param maxCodePoints The longest value in code points, at least 16.
 */
export function quoted(
  key: string,
  value: string | undefined,
  maxCodePoints: number = MAX_QUOTE_CODE_POINTS,
): Line[] {
  const clean = cleanValue(value ?? "", maxCodePoints);
  return clean === "" ? [] : [{ key, value: clean, isUntrusted: true }];
}

/**
 * Builds a line of several things that a stranger can have written, such as labels or subjects; a
 * list that is cut says so: `labels, 3 shown of 40`.
 *
 * @param items The items as they came; missing and invisible ones do not count.
 * @param max The most items that are shown.
 */
export function listed(
  key: string,
  items: readonly (string | undefined)[],
  max: number,
): Line[] {
  const present = items.filter((item) => item !== undefined && item.trim() !== "");
  const shown = present.slice(0, max).flatMap((item) => quoted(key, item, MAX_ITEM_CODE_POINTS));
  const value = shown.map((line) => line.value).join("; ");
  if (value === "") return [];
  const count = present.length > max ? `, ${max} shown of ${present.length}` : "";
  return [{ key: `${key}${count}`, value, isUntrusted: true }];
}

/** Joins the parts of a title that are present: `what happened - subject - where`. */
export function joinTitle(parts: readonly (string | undefined)[]): string {
  return parts.filter((part) => part !== undefined && part !== "").join(" - ");
}

/** Joins the parts that are present. */
export function joinPresent(parts: readonly (string | undefined)[], separator: string): string {
  return parts.filter((part) => part !== undefined).join(separator);
}

/** Formats `src/a.ts:12`; a place without a line is the path. */
export function formatPosition(
  path: string | undefined,
  line: string | number | undefined,
): string | undefined {
  return path === undefined || line === undefined ? path : `${path}:${line}`;
}
