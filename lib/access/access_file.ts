/**
 * `access.json`: the senders that may speak or approve, and the devices that ask to be let in. Secrets
 * are kept as SHA-256 only.
 *
 * All times are milliseconds since the epoch.
 *
 * @module
 */

import * as z from "zod";
import { isSenderId } from "./allowlist.ts";
import { lazySchema } from "../lazy_schema.ts";
import { tryParseJson } from "../text/parse_json.ts";
import { isPairingCode } from "./pairing_code.ts";

/** Let in: devices that pair, known senders only, or none at all. */
export const ACCESS_POLICIES = ["pairing", "allowlist", "disabled"] as const;

export type AccessPolicy = typeof ACCESS_POLICIES[number];

/** Send events to a session, and answer permission requests. */
export const RIGHTS = ["speak", "approve"] as const;

export type Right = typeof RIGHTS[number];

/** The replies that a sender sees: those in its own chats, or all. */
export const CHAT_SCOPES = ["own", "all"] as const;

export type ChatScope = typeof CHAT_SCOPES[number];

export const MAX_SENDERS = 200;

/** The most browsers that one sender can be signed in with. */
export const MAX_SIGN_INS = 8;

/** A browser that a sender has signed in with. */
export interface SignIn {
  /** The SHA-256 of the id that the cookie carries, in hexadecimal digits. */
  readonly id_sha256: string;
  readonly created_at: number;
  readonly expires_at: number;
}

/** A person or program that was let in. */
export interface AccessSender {
  /** The id, as events show it: one by {@linkcode isSenderId}. */
  readonly id: string;
  /** The name that people read: one by {@linkcode isAccessLabel}. */
  readonly label: string;
  /** The SHA-256 of the token in hexadecimal digits, or `null` for a sender without one. */
  readonly token_sha256: string | null;
  readonly rights: readonly Right[];
  readonly chats: ChatScope;
  readonly created_at: number;
  /** `null` for never. */
  readonly last_used_at: number | null;
  /** `null` for never. */
  readonly expires_at: number | null;
  /** The oldest first. */
  readonly sign_ins: readonly SignIn[];
}

/** The sender that a pairing becomes. */
export interface PairingGrant {
  readonly id: string;
  readonly label: string;
  readonly rights: readonly Right[];
  readonly chats: ChatScope;
}

/** A device that asks to be let in. */
export interface Pairing {
  /** The SHA-256 of the id that only this browser has, in hexadecimal digits. */
  readonly id_sha256: string;
  /** The code that the device shows and that the user types. */
  readonly code: string;
  /** The name that the device gives itself. */
  readonly label: string;
  /** The address that the request came from. */
  readonly address: string;
  readonly requested_at: number;
  readonly expires_at: number;
  /** The time at which it was claimed, or ended by wrong codes; `null` before that. */
  readonly ended_at: number | null;
  /** The sender to create once the device claims it; `null` until the code is approved. */
  readonly grant: PairingGrant | null;
}

/** The content of `access.json`. */
export interface Access {
  readonly version: 1;
  readonly policy: AccessPolicy;
  /**
   * Unused. Versions before 0.5 refuse a file without it, so it is written back while such a process
   * may still hold the port.
   */
  readonly cookie_key?: string | undefined;
  /** The number of wrong pairing codes since the last right one. */
  readonly wrong_codes: number;
  readonly senders: readonly AccessSender[];
  /** The pairings that are open, and those that were requested within the last hour. */
  readonly pairings: readonly Pairing[];
}

type AccessResult =
  | { readonly ok: true; readonly access: Access }
  | { readonly ok: false; readonly message: string };

/** The form of a label, for messages. */
export const LABEL_EXPECTATION = "1 to 64 characters without control characters";

/** The form of a sender's id, for messages. */
export const SENDER_ID_EXPECTATION = '1 to 64 letters, digits or "._@-", a letter or digit first';

/** Bidirectional controls would let a label turn around the text next to it in a list. */
const LABEL_REGEXP = /^[^\p{Cc}\p{Zl}\p{Zp}\p{Cs}\p{Bidi_C}]{1,64}$/u;

/** Tells whether a text can be a label: 1 to 64 code points on one line without control characters. */
export function isAccessLabel(text: string): boolean {
  return LABEL_REGEXP.test(text);
}

function expect(what: string): { error: string } {
  return { error: `expected ${what}` };
}

function strictObject<Shape extends z.ZodRawShape>(
  shape: Shape,
): z.ZodObject<Shape, z.core.$strict> {
  const keys = Object.keys(shape).join(", ");
  return z.strictObject(shape, {
    error: ({ code }) =>
      code === "unrecognized_keys" ? `expected no keys but ${keys}` : "expected an object",
  });
}

function textThat(isExpected: (text: string) => boolean, what: string): z.ZodString {
  return z.string(expect(what)).refine(isExpected, expect(what));
}

function arrayOf<Item extends z.ZodType>(item: Item, max: number): z.ZodArray<Item> {
  const what = expect(`an array of at most ${max}`);
  return z.array(item, what).max(max, what);
}

const HASH_REGEXP = /^[0-9a-f]{64}$/;

/** More requests in an hour than the limits of pairing let through. */
const MAX_PAIRINGS = 1000;

const accessSchema = lazySchema<Access>(() => {
  const hash = textThat((text) => HASH_REGEXP.test(text), "64 lower-case hexadecimal digits");
  const time = z.int(expect("a time in milliseconds since the epoch"))
    .min(0, expect("a time in milliseconds since the epoch"));
  const id = textThat(isSenderId, SENDER_ID_EXPECTATION);
  const label = textThat(isAccessLabel, LABEL_EXPECTATION);
  const rights = arrayOf(z.enum(RIGHTS, expect('"speak" or "approve"')), RIGHTS.length);
  const chats = z.enum(CHAT_SCOPES, expect('"own" or "all"'));
  return strictObject({
    version: z.literal(1, expect("1")),
    policy: z.enum(ACCESS_POLICIES, expect('"pairing", "allowlist" or "disabled"')),
    cookie_key: hash.optional(),
    wrong_codes: z.int(expect("a whole number")).min(0, expect("a number of 0 or more")),
    senders: arrayOf(
      strictObject({
        id,
        label,
        token_sha256: hash.nullable(),
        rights,
        chats,
        created_at: time,
        last_used_at: time.nullable(),
        expires_at: time.nullable(),
        sign_ins: arrayOf(
          strictObject({ id_sha256: hash, created_at: time, expires_at: time }),
          MAX_SIGN_INS,
        ),
      }),
      MAX_SENDERS,
    ).superRefine((senders, context) => {
      const ids = new Set<string>();
      for (const [index, { id }] of senders.entries()) {
        if (ids.has(id)) {
          const message = "expected an id that no other sender has";
          context.addIssue({ code: "custom", path: [index, "id"], message });
        }
        ids.add(id);
      }
    }),
    pairings: arrayOf(
      strictObject({
        id_sha256: hash,
        code: textThat(isPairingCode, "6 characters of the alphabet of pairing codes"),
        label,
        address: textThat((text) => text.length >= 1 && text.length <= 255, "an address"),
        requested_at: time,
        expires_at: time,
        ended_at: time.nullable(),
        grant: strictObject({ id, label, rights, chats }).nullable(),
      }),
      MAX_PAIRINGS,
    ),
  });
});

/** Formats the place of a fault, such as `senders[0].rights[1]`. */
function formatPath(path: readonly PropertyKey[]): string {
  return path
    .map((key) => typeof key === "number" ? `[${key}]` : `.${String(key)}`)
    .join("")
    .replace(/^\./, "");
}

/** Creates the access of a new installation: no sender is let in, and devices may pair. */
export function createAccess(): Access {
  return {
    version: 1,
    policy: "pairing",
    wrong_codes: 0,
    senders: [],
    pairings: [],
  };
}

/**
 * Reads the text of `access.json`.
 *
 * @returns Its content, or a message that names the place of the first fault and what was expected
 * there, and quotes nothing of the file.
 */
export function tryParseAccess(text: string): AccessResult {
  const value = tryParseJson(text);
  if (value === undefined) {
    return { ok: false, message: "The text is no JSON: expected a JSON object" };
  }
  const { version } = Object(value) as { version?: unknown };
  if (Number.isInteger(version) && Number(version) > 1) {
    return {
      ok: false,
      message: "Written by a newer deno-channel: expected version 1, update deno-channel",
    };
  }
  const parsed = accessSchema.safeParse(value);
  if (parsed.success) return { ok: true, access: parsed.data };
  const [{ path, message } = { path: [], message: "expected an object" }] = parsed.error.issues;
  const place = path.length === 0 ? "" : ` at ${formatPath(path)}`;
  return { ok: false, message: `Invalid value${place}: ${message}` };
}

/** Formats the text of `access.json`. */
export function formatAccess(access: Access): string {
  return `${JSON.stringify(access, null, 2)}\n`;
}

/** Tells whether a sender may answer permission requests, or will once a device fetches its token. */
export function hasApprover(access: Access, nowMs: number): boolean {
  if (access.policy === "disabled") return false;
  const isThere = access.senders.some(({ rights, expires_at }) =>
    rights.includes("approve") && (expires_at === null || nowMs < expires_at)
  );
  return isThere ||
    access.pairings.some(({ grant, ended_at, expires_at }) =>
      grant?.rights.includes("approve") && ended_at === null && nowMs < expires_at
    );
}
