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

/** The names of the attributes that mark an event of a verified webhook. */
const SOURCE_KEYS: readonly string[] = ["source_name", "verified"];

function isReserved(key: string): boolean {
  const name = key.replace(/[^A-Za-z0-9_]/g, "_").toLowerCase();
  // Setting `__proto__` on an object adds nothing to it.
  return key === "__proto__" || OWN_KEYS.includes(name) || SOURCE_KEYS.includes(name);
}

/** The parameter that names the session: it is an address, and no attribute. */
const ADDRESS_KEY = "session";

/**
 * Puts together the attributes of an event that was posted: the sender's first, then our own.
 *
 * A parameter that reads like one of our own in any case or spelling (`Sender`, `chat-id`) is left
 * out: two attributes that differ in a letter's case are one to a reader. Parameters that would take the
 * room of our own are left out, too.
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
