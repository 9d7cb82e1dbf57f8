/**
 * Deliveries of a system that is not known by name: what its words most likely mean comes first.
 *
 * Names of keys are data as well: one that is no identifier stands inside of the quotes, beside its
 * value. Keys that name a secret are left out.
 *
 * @module
 */

import { cleanUrl } from "./clean_url.ts";
import { tryIdentifier } from "./identifier.ts";
import { field, joinTitle, quoted } from "./lines.ts";
import { isSecretKey } from "./redact.ts";
import { trySeverity } from "./severity.ts";
import type { Delivery, Line, Shape, SourceKind } from "./source.ts";
import { isText, shapeText } from "./text.ts";

/** How many pairs of key and value an event shows. */
export const MAX_PAIRS = 12;

/** What says how it went, the most telling first. */
const STATUS_KEYS: readonly string[] = ["status", "state", "severity", "level"];

/** What is shown before everything else. */
const FIRST_KEYS: readonly string[] = [
  ...STATUS_KEYS,
  "title",
  "summary",
  "message",
  "error",
  "name",
  "id",
];

const URL_KEYS: readonly string[] = ["url", "html_url", "web_url", "link"];

/** What lets whoever has it answer in the name of an app of Slack. */
const HIDDEN_KEYS: ReadonlySet<string> = new Set(["response_url", "trigger_id"]);

/** A status of one word, such as `in_progress`, can stand in a title; an order needs more. */
const STATUS_REGEXP = /^[A-Za-z]{1,16}(?:[_-][A-Za-z]{1,16})?$/;

/** The name of a key that is shown as one. */
const KEY_REGEXP = /^[A-Za-z0-9_.-]{1,50}$/;

/** How {@linkcode shapeGeneric} differs for a source that is known. */
export interface GenericOptions {
  /**
   * Whether the default filter lets the event through.
   *
   * @default {true}
   */
  readonly isWanted?: boolean;
  /**
   * The rule that says so.
   *
   * @default {"generic: all events"}
   */
  readonly rule?: string;
}

/** A value that can be shown, and its name; how many items a list has is no word of its sender. */
interface Pair {
  /** The way to the value. */
  readonly key: string;
  /** The last name of the way. */
  readonly name: string;
  readonly value: string | number | boolean;
  readonly isCount?: boolean;
}

type Entries = readonly (readonly [string, unknown])[];

/** The own entries of an object, but for those that are never looked at. */
function entriesOf(value: unknown): Entries {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return [];
  return Object.entries(value).filter(([key]) => key !== "__proto__" && !HIDDEN_KEYS.has(key));
}

function isScalar(value: unknown): value is Pair["value"] {
  if (typeof value === "string") return /\S/.test(value);
  return typeof value === "number" || typeof value === "boolean";
}

function countOf(items: readonly unknown[], names: Pick<Pair, "key" | "name">): Pair {
  const value = items.length === 1 ? "1 item" : `${items.length} items`;
  return { ...names, value, isCount: true };
}

/** A list as a count, an object as its scalars and the counts of its lists. */
function nestedPairs([parent, value]: Entries[number]): Pair[] {
  if (Array.isArray(value)) return [countOf(value, { key: parent, name: parent })];
  const entries = entriesOf(value);
  if (entries.length === 0 || isSecretKey(parent)) return [];
  return entries.flatMap(([name, inner]) => {
    const key = `${parent}.${name}`;
    if (Array.isArray(inner)) return [countOf(inner, { key, name })];
    return isScalar(inner) ? [{ key, name, value: inner }] : [];
  });
}

/** The first pairs that may be shown. Names are looked at until there are enough, and no further. */
function firstShown(pairs: readonly Pair[]): Pair[] {
  const shown: Pair[] = [];
  for (const pair of pairs) {
    if (shown.length === MAX_PAIRS) break;
    if (!isSecretKey(pair.name)) shown.push(pair);
  }
  return shown;
}

/** The first of the well-known keys, then the other scalars, then what is nested. */
function pairsOf(entries: Entries): Pair[] {
  const scalars = entries.flatMap(([key, value]) =>
    isScalar(value) ? [{ key, name: key, value }] : []
  );
  const first = FIRST_KEYS.flatMap((key) => scalars.filter((pair) => pair.key === key));
  const known = new Set([...FIRST_KEYS, ...URL_KEYS]);
  const others = scalars.filter((pair) => !known.has(pair.key));
  return [...first, ...others, ...entries.flatMap(nestedPairs)];
}

function formatPair({ key, value, isCount }: Pair): Line[] {
  if (!KEY_REGEXP.test(key)) return quoted("field", `${key} = ${value}`);
  const isWord = typeof value === "string" && !isCount;
  return isWord ? quoted(key, value) : field(key, String(value));
}

/** The texts that stand under some keys, in the order of the keys. */
function textsOf(entries: Entries, keys: readonly string[]): string[] {
  const values = new Map(entries);
  return keys.map((key) => values.get(key)).filter((value) => typeof value === "string");
}

/**
 * Says what a delivery says whose shape is not known.
 *
 * @param delivery The delivery; of a list the first item is shown.
 * @param options How it differs for a source that is known.
 */
export function shapeGeneric(delivery: Delivery, options: GenericOptions = {}): Shape {
  const { isWanted = true, rule = "generic: all events" } = options;
  const { payload } = delivery;
  const event = tryIdentifier(delivery.event) ?? "event";
  const counts = Array.isArray(payload) ? field("items", String(payload.length)) : [];
  const entries = entriesOf(Array.isArray(payload) ? payload[0] : payload);
  const lone = isScalar(payload) ? [{ key: "value", name: "value", value: payload }] : [];
  const pairs = [...lone, ...pairsOf(entries)];
  const shown = firstShown(pairs).flatMap(formatPair);
  const isCut = pairs.length > MAX_PAIRS;
  const states = textsOf(entries, STATUS_KEYS);
  const rest = isCut ? field("fields", `${MAX_PAIRS} shown of ${pairs.length}`) : [];
  return {
    title: joinTitle([event, states.find((state) => STATUS_REGEXP.test(state))]),
    lines: [...counts, ...shown, ...rest],
    url: textsOf(entries, URL_KEYS).flatMap((url) => cleanUrl(url) ?? [])[0],
    event,
    severity: states.flatMap((state) => trySeverity(state) ?? [])[0] ?? "info",
    meta: {},
    rule,
    isWanted,
  };
}

/** Any system that sends JSON, a form or text. */
export const generic: SourceKind = {
  name: "generic",
  shape: (delivery) => isText(delivery.payload) ? shapeText(delivery) : shapeGeneric(delivery),
};
