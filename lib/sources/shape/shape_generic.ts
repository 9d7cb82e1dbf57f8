/**
 * Shapes deliveries of an unknown system: the most telling words come first.
 *
 * Names of keys are data as well: a key that is no identifier stands inside the quotes, beside its
 * value. Values with secret names are left out.
 *
 * @module
 */

import { cleanUrl } from "./clean_url.ts";
import { tryIdentifier } from "./identifier.ts";
import { field, joinTitle, quoted } from "./lines.ts";
import { isRecord } from "./payload.ts";
import { isSecretMember } from "./secret_member.ts";
import { trySeverity } from "./severity.ts";
import type { Delivery, Line, Shape } from "./shape.ts";

/** The most pairs of key and value in an event. */
export const MAX_PAIRS = 12;

/** Keys of the outcome, the most telling first. */
const STATUS_KEYS: readonly string[] = ["status", "state", "severity", "level"];

/** Keys that come before all others. */
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

const KNOWN_KEYS: ReadonlySet<string> = new Set([...FIRST_KEYS, ...URL_KEYS]);

/** A status of one word, such as `in_progress`, can stand in a title; an order needs more. */
const STATUS_REGEXP = /^[A-Za-z]{1,16}(?:[_-][A-Za-z]{1,16})?$/;

/** The name of a key that is shown as one. */
const KEY_REGEXP = /^[A-Za-z0-9_.-]{1,50}$/;

interface GenericOptions {
  /** Set if the default filter lets the event through (default `true`). */
  readonly isWanted?: boolean;
  /** The rule that says so (default `"generic: all events"`). */
  readonly rule?: string;
}

/** A value that can be shown, and its name. A count of items is not written by the sender. */
interface Pair {
  /** The path of the value. */
  readonly key: string;
  /** The last name of the path. */
  readonly name: string;
  /** The object that has the member. */
  readonly owner: Members;
  readonly value: string | number | boolean;
  readonly isCount?: boolean;
}

/** The own members of an object by name, without `__proto__`. */
type Members = Readonly<Record<string, unknown>>;

const NO_MEMBERS: Members = Object.freeze({});

function membersOf(value: unknown): Members {
  return isRecord(value) ? value : NO_MEMBERS;
}

/** Returns the names of members; entries would cost more for very many. */
function namesOf(members: Members): string[] {
  return Object.keys(members).filter((name) => name !== "__proto__");
}

function isScalar(value: unknown): value is Pair["value"] {
  if (typeof value === "string") return /\S/.test(value);
  return typeof value === "number" || typeof value === "boolean";
}

function countOf(items: readonly unknown[], place: Pick<Pair, "key" | "name" | "owner">): Pair {
  const value = items.length === 1 ? "1 item" : `${items.length} items`;
  return { ...place, value, isCount: true };
}

/** Yields a list as a count, and an object as its scalars and the counts of its lists. */
function* nestedPairs(parent: string, owner: Members): Generator<Pair> {
  const value = owner[parent];
  if (Array.isArray(value)) yield countOf(value, { key: parent, name: parent, owner });
  const members = membersOf(value);
  if (members === NO_MEMBERS || isSecretMember(owner, parent)) return;
  for (const name of namesOf(members)) {
    const inner = members[name];
    const place = { key: `${parent}.${name}`, name, owner: members };
    if (Array.isArray(inner)) yield countOf(inner, place);
    else if (isScalar(inner)) yield { ...place, value: inner };
  }
}

/** Yields the first of the well-known keys, then other scalars, then nested values. */
function* pairsOf(members: Members): Generator<Pair> {
  const scalar = (name: string): Pair[] => {
    const value = members[name];
    return isScalar(value) ? [{ key: name, name, owner: members, value }] : [];
  };
  const names = namesOf(members);
  for (const name of FIRST_KEYS) if (Object.hasOwn(members, name)) yield* scalar(name);
  for (const name of names) if (!KNOWN_KEYS.has(name)) yield* scalar(name);
  for (const name of names) yield* nestedPairs(name, members);
}

/** Takes the first pairs that may be shown, and counts all. */
function takeShown(pairs: Iterable<Pair>): { readonly shown: Pair[]; readonly count: number } {
  const shown: Pair[] = [];
  let count = 0;
  for (const pair of pairs) {
    count++;
    if (shown.length < MAX_PAIRS && !isSecretMember(pair.owner, pair.name)) shown.push(pair);
  }
  return { shown, count };
}

function formatPair({ key, value, isCount }: Pair): Line[] {
  if (!KEY_REGEXP.test(key)) return quoted("field", `${key} = ${value}`);
  const isWord = typeof value === "string" && !isCount;
  return isWord ? quoted(key, value) : field(key, String(value));
}

/** Returns the texts of some keys, in the order of the keys. */
function textsOf(members: Members, keys: readonly string[]): string[] {
  return keys.filter((key) => Object.hasOwn(members, key))
    .map((key) => members[key])
    .filter((value) => typeof value === "string");
}

/** Shapes a delivery of unknown form. */
export function shapeGeneric(delivery: Delivery, options: GenericOptions = {}): Shape {
  const { isWanted = true, rule = "generic: all events" } = options;
  const { payload } = delivery;
  const event = tryIdentifier(delivery.event) ?? "event";
  const counts = Array.isArray(payload) ? field("items", String(payload.length)) : [];
  const members = membersOf(Array.isArray(payload) ? payload[0] : payload);
  const { shown, count } = takeShown(
    isScalar(payload)
      ? [{ key: "value", name: "value", owner: NO_MEMBERS, value: payload }]
      : pairsOf(members),
  );
  const states = textsOf(members, STATUS_KEYS);
  const rest = count > MAX_PAIRS ? field("fields", `${MAX_PAIRS} shown of ${count}`) : [];
  return {
    title: joinTitle([event, states.find((state) => STATUS_REGEXP.test(state))]),
    lines: [...counts, ...shown.flatMap(formatPair), ...rest],
    url: textsOf(members, URL_KEYS).flatMap((url) => cleanUrl(url) ?? [])[0],
    event,
    severity: states.flatMap((state) => trySeverity(state) ?? [])[0] ?? "info",
    meta: {},
    rule,
    isWanted,
  };
}
