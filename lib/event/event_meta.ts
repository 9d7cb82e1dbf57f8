import { foldLookAlikes } from "../text/look_alike.ts";
import { MAX_META_ENTRIES, type MetaChange } from "./sanitize_meta.ts";

/** The attributes that the server itself gives an event when it is taken in. */
interface OwnMeta {
  /** The sender, as the server has identified it. */
  readonly sender: string;
  /** The path that the event was posted to. */
  readonly path: string;
}

/** The attributes of an event, and the query parameters that are left out. */
interface EventMeta {
  readonly record: Readonly<Record<string, string>>;
  readonly changes: readonly MetaChange[];
}

/** The names of all attributes that only the server gives an event. */
const OWN_KEYS: readonly string[] = [
  "chat_id",
  "event_id",
  "sender",
  "path",
  "attempt",
  "digest",
];

/**
 * Names that speak for the server: a key that holds one, such as `is_verified`, reads like the word of
 * the server about an event. Words are apart where a key may have a sign.
 */
const SPEAKING_NAMES: readonly string[] = [
  "sender",
  "verified",
  "authentic",
  "trust",
  "chat id",
  "event id",
  "delivery id",
  "source name",
];

/** Names that are common inside of others, as in `file_path`: these count alone, signs aside. */
const WHOLE_NAMES: readonly string[] = ["path", "attempt", "digest", "source"];

/** Digits that read like letters. */
const DIGITS: Readonly<Record<string, string>> = {
  a: "4",
  e: "3",
  i: "l1",
  l: "i1",
  o: "0",
  s: "5",
  t: "7",
};

/** Makes the pattern of a name, in which `_` may stand between letters. */
function toPattern(name: string): string {
  return Array.from(name.replaceAll(" ", ""), (letter) => `[${letter}${DIGITS[letter] ?? ""}]`)
    .join("_*");
}

/** Makes the patterns of a name in which `_` has taken the place of a letter, as in `v_rified`. */
function toGappedPatterns(name: string): string[] {
  return Array.from(
    name.replace(/ id$/, "").slice(1, -1),
    (letter, index) => letter === " " ? [] : `${name.slice(0, index + 1)}_${name.slice(index + 2)}`,
  ).flat().map((gapped) => gapped.replaceAll(" ", "_?"));
}

const ALONE = [...WHOLE_NAMES.map(toPattern), ...SPEAKING_NAMES.flatMap(toGappedPatterns)];

const RESERVED_REGEXP = new RegExp(
  `${SPEAKING_NAMES.map(toPattern).join("|")}|^[_0-9]*(?:${ALONE.join("|")})[_0-9]*$|^__proto__$`,
);

function isSpeaking(key: string): boolean {
  return RESERVED_REGEXP.test(key.replace(/[^a-z0-9]/g, "_"));
}

/**
 * Tells whether a key reads like an attribute of the server: in any case, spelling and alphabet, and
 * once the client's rules for keys have made `_` of the characters that they do not allow.
 */
function isReserved(key: string): boolean {
  const folded = foldLookAlikes(key);
  const small = key.toLowerCase();
  return isSpeaking(folded) || (small !== folded && isSpeaking(small));
}

/** The parameter that names the session: it is an address, and no attribute. */
const ADDRESS_KEY = "session";

/**
 * Puts together the attributes of an event that was posted: the sender's first, then our own.
 *
 * Leaves out parameters that read like our own (`Sender`, `chat-id`, `is_verified`), because a model
 * would take them for the word of the server, and those that would take the room of our own.
 */
export function createEventMeta(own: OwnMeta, query: Readonly<Record<string, string>>): EventMeta {
  const keys = Object.keys(query);
  if (keys.length === 0) return { record: { ...own }, changes: [] };
  const room = MAX_META_ENTRIES - OWN_KEYS.length;
  const record: Record<string, string> = {};
  const changes: MetaChange[] = [];
  let count = 0;
  for (const key of keys) {
    if (key === ADDRESS_KEY) continue;
    if (isReserved(key)) {
      changes.push({ key, action: "dropped", detail: "reserved" });
    } else if (count === room) {
      changes.push({ key, action: "dropped", detail: `more than ${room} parameters` });
    } else {
      count++;
      record[key] = query[key] ?? "";
    }
  }
  return { record: { ...record, ...own }, changes };
}
