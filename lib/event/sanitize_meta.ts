/**
 * The meta sanitizer: any record in, only attributes out that the client keeps.
 *
 * The client silently drops a key that is not made of letters, digits and underscores, and it sets
 * `source` itself. So keys are mapped where that is safe and dropped where it is not, and a report lists
 * the changes. The sanitizer never throws, and a second pass changes nothing.
 *
 * @module
 */

import { cleanLine, isCleanLine } from "../text/clean_line.ts";

/** The most attributes that one event carries. */
export const MAX_META_ENTRIES = 32;

/** The longest key in characters; a longer one is dropped. */
export const MAX_META_KEY_LENGTH = 64;

/** The longest value in code points; a longer one is cut and marked. */
export const MAX_META_VALUE_CODE_POINTS = 1024;

/** A change of one entry of the record. */
export interface MetaChange {
  /** The key as it came in. */
  readonly key: string;
  /** `renamed`: kept under another key; `cleaned`: kept with another value; `dropped`: left out. */
  readonly action: "renamed" | "cleaned" | "dropped";
  /** The new key of a renamed entry, or the reason why an entry was dropped or cleaned. */
  readonly detail: string;
}

/** The result of {@linkcode sanitizeMeta}. */
export interface SanitizedMeta {
  /** The attributes of the event. */
  readonly meta: Record<string, string>;
  /** The changes, in the order of the record; empty when there are none. */
  readonly changes: readonly MetaChange[];
}

const IDENTIFIER_REGEXP = /^[A-Za-z0-9_]+$/;

/** `source` is the client's own; `__proto__` would change the object instead of adding to it. */
const RESERVED_REGEXP = /^(?:source|__proto__)$/i;

/** A key that stays as it is. */
const KEY_REGEXP = /^(?!(?:source|__proto__)$)(?=_*[a-z0-9])[a-z0-9_]{1,64}$/i;

function tryReadKeys(record: unknown): string[] {
  try {
    return typeof record === "object" && record !== null ? Object.keys(record) : [];
  } catch {
    return [];
  }
}

/** Reads the value of an entry; `undefined` also for one whose getter throws. */
function tryReadValue(record: unknown, key: string): unknown {
  try {
    return (record as Record<string, unknown>)[key];
  } catch {
    return undefined;
  }
}

function tryFormatValue(value: unknown): string | undefined {
  switch (typeof value) {
    case "string":
      return value;
    case "number":
    case "boolean":
    case "bigint":
      return String(value);
    case "object":
      try {
        return value === null ? undefined : JSON.stringify(value);
      } catch {
        return undefined;
      }
    default:
      return undefined;
  }
}

/** Maps a key to one that the client keeps, or says why there is none. */
function mapKey(key: string): { key: string } | { reason: string } {
  if (key.length > MAX_META_KEY_LENGTH) return { reason: `longer than ${MAX_META_KEY_LENGTH}` };
  const mapped = IDENTIFIER_REGEXP.test(key) ? key : key.replace(/[^A-Za-z0-9_]/g, "_");
  if (!/[A-Za-z0-9]/.test(mapped)) return { reason: "no letter or digit" };
  if (RESERVED_REGEXP.test(mapped)) return { reason: "reserved" };
  return { key: mapped };
}

/** Copies a record that needs no change, as nearly every record does. */
function tryCopy(record: unknown): Record<string, string> | undefined {
  if (typeof record !== "object" || record === null) return undefined;
  const meta: Record<string, string> = {};
  let count = 0;
  try {
    for (const key in record) {
      const value: unknown = record[key as keyof typeof record];
      const isClean = typeof value === "string" && value.length <= MAX_META_VALUE_CODE_POINTS &&
        isCleanLine(value) && KEY_REGEXP.test(key) && Object.hasOwn(record, key);
      if (!isClean || ++count > MAX_META_ENTRIES) return undefined;
      meta[key] = value;
    }
  } catch {
    return undefined;
  }
  return meta;
}

/**
 * Sanitizes a record for use as an event's meta.
 *
 * @param record Any value; everything but an object counts as an empty record.
 * @returns The attributes, and the changes.
 *
 * @example Usage
 * ```ts
 * import { sanitizeMeta } from "@deno-channel/deno-channel";
 * import { assertEquals } from "@std/assert";
 *
 * const { meta, changes } = sanitizeMeta({ "run-id": 1234, source: "me" });
 * assertEquals(meta, { run_id: "1234" });
 * assertEquals(changes.map((change) => change.action), ["renamed", "dropped"]);
 * ```
 */
export function sanitizeMeta(record: unknown): SanitizedMeta {
  const copy = tryCopy(record);
  if (copy !== undefined) return { meta: copy, changes: [] };
  const keys = tryReadKeys(record);
  // A key that is right as it stands goes before one that would have to be mapped to it.
  const taken = new Set(keys.filter((key) => IDENTIFIER_REGEXP.test(key)));
  const meta: Record<string, string> = {};
  const changes: MetaChange[] = [];
  let count = 0;
  for (const key of keys) {
    const drop = (detail: string) => changes.push({ key, action: "dropped", detail });
    const mapped = mapKey(key);
    const text = tryFormatValue(tryReadValue(record, key));
    if ("reason" in mapped) {
      drop(mapped.reason);
    } else if (mapped.key !== key && taken.has(mapped.key)) {
      drop(`"${mapped.key}" is taken`);
    } else if (text === undefined) {
      drop("not a text, number or boolean");
    } else if (count === MAX_META_ENTRIES) {
      drop(`more than ${MAX_META_ENTRIES} entries`);
    } else {
      count++;
      taken.add(mapped.key);
      const clean = cleanLine(text, MAX_META_VALUE_CODE_POINTS);
      meta[mapped.key] = clean;
      if (mapped.key !== key) changes.push({ key, action: "renamed", detail: mapped.key });
      if (clean !== text) changes.push({ key, action: "cleaned", detail: "value" });
    }
  }
  return { meta, changes };
}
