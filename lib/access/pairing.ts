/**
 * How somebody new is let in: a browser asks and shows a code, the owner types the code at the
 * terminal, and the browser fetches its token.
 *
 * The code tells the owner which browser it is and lets nobody in by itself: the token goes to the
 * one that has the pairing's id, which is never shown. Wrong codes are counted over all pairings,
 * because who guesses does not say for which.
 *
 * @module
 */

import type {
  Access,
  AccessSender,
  ChatScope,
  Pairing,
  PairingGrant,
  Right,
} from "./access_file.ts";
import {
  type AccessChange,
  addSender,
  PAIRING_MEMORY_MS,
  refuseSender,
  sortRights,
} from "./changes.ts";
import { cleanLine } from "../text/clean_line.ts";
import { isEqualConstantTime } from "./constant_time.ts";
import { createPairingCode, normalizePairingCode } from "./pairing_code.ts";

/** How long a pairing can be approved and claimed, in milliseconds. */
export const PAIRING_TTL_MS = 600_000;

/** How many pairings can wait for approval at a time. */
export const MAX_PENDING_PAIRINGS = 3;

/** How many pairings one address, or one IPv6 network, can request within an hour. */
export const MAX_PAIRINGS_PER_ADDRESS = 2;

/** How many wrong codes end all pairings that wait for approval. */
export const MAX_WRONG_CODES = 5;

/** The longest label in code points. */
const LABEL_CODE_POINTS = 64;

/** How much of a label goes into an id. */
const SLUG_LENGTH = 56;

/** How many random characters go behind that. */
const SUFFIX_LENGTH = 4;

/** A request to pair. */
export interface PairingRequest {
  /** The SHA-256 of the id that only this browser has, in hexadecimal digits. */
  readonly idSha256: string;
  /** The code to show, by `isPairingCode`. */
  readonly code: string;
  /** How the browser calls itself: any text, which is cleaned and cut. */
  readonly label: string;
  /** The address that the request comes from. */
  readonly address: string;
  /** Tells how limits count an address: an IPv6 address by its network. */
  readonly networkOf: (address: string) => string;
  /** The time in milliseconds since the epoch. */
  readonly nowMs: number;
}

/** What {@linkcode requestPairing} returns. */
export type PairingRequestResult =
  | { readonly ok: true; readonly access: Access; readonly pairing: Pairing }
  | {
    readonly ok: false;
    /** What stands in the way: the policy, or too many that wait for approval. */
    readonly code: "policy" | "pending";
    /** What was wrong and what was expected. */
    readonly message: string;
  }
  | {
    readonly ok: false;
    /** What stands in the way: too many that were requested from this address. */
    readonly code: "address";
    /** What was wrong and what was expected. */
    readonly message: string;
    /** When the next request can succeed, in milliseconds from now. */
    readonly retryAfterMs: number;
  };

/** What the owner grants. */
export interface PairingApproval {
  /** The code as the owner has typed it. */
  readonly code: string;
  /** The id of the sender; by default one made of the label and random characters. */
  readonly id?: string | undefined;
  /** Random bytes for that; 32 are enough in practice. */
  readonly randomBytes: Uint8Array;
  /** The name of the sender; by default how the browser calls itself. */
  readonly label?: string | undefined;
  /** What the sender may do. */
  readonly rights: readonly Right[];
  /** Whose replies the sender sees. */
  readonly chats: ChatScope;
  /** The time in milliseconds since the epoch. */
  readonly nowMs: number;
}

/** What was granted, and to whom. */
export interface ApprovedPairing {
  /** The pairing with its grant. */
  readonly pairing: Pairing;
  /** The sender that it becomes when it is claimed. */
  readonly grant: PairingGrant;
}

/** What a browser claims with. */
export interface PairingClaim {
  /** The SHA-256 of the id that only this browser has, in hexadecimal digits. */
  readonly idSha256: string;
  /** The SHA-256 of the token that it gets when the pairing was granted, in hexadecimal digits. */
  readonly tokenSha256: string;
  /** The time in milliseconds since the epoch. */
  readonly nowMs: number;
}

/** What {@linkcode claimPairing} returns. */
export type PairingClaimResult =
  | { readonly ok: true; readonly kind: "pending"; readonly access: Access }
  | {
    readonly ok: true;
    readonly kind: "granted";
    readonly access: Access;
    readonly sender: AccessSender;
  }
  | { readonly ok: false; readonly message: string };

function isPending({ grant, ended_at, expires_at }: Pairing, nowMs: number): boolean {
  return grant === null && ended_at === null && nowMs < expires_at;
}

/** The pairings that wait for approval, the oldest first. */
export function pendingPairings(access: Access, nowMs: number): Pairing[] {
  return access.pairings.filter((pairing) => isPending(pairing, nowMs));
}

/** Notes that a browser asks to be let in, within the limits. */
export function requestPairing(access: Access, request: PairingRequest): PairingRequestResult {
  const { idSha256, code, label, address, networkOf, nowMs } = request;
  if (access.policy !== "pairing") {
    return {
      ok: false,
      code: "policy",
      message: `Pairing is off: expected the policy "pairing", it is "${access.policy}"`,
    };
  }
  if (pendingPairings(access, nowMs).length >= MAX_PENDING_PAIRINGS) {
    return {
      ok: false,
      code: "pending",
      message: `Too many pairings wait for approval: expected less than ${MAX_PENDING_PAIRINGS}`,
    };
  }
  const network = networkOf(address);
  const earliest = access.pairings
    .filter((other) =>
      networkOf(other.address) === network && nowMs - other.requested_at < PAIRING_MEMORY_MS
    )
    .at(-MAX_PAIRINGS_PER_ADDRESS);
  if (earliest !== undefined) {
    return {
      ok: false,
      code: "address",
      message:
        `Too many pairings from this address: expected at most ${MAX_PAIRINGS_PER_ADDRESS} in an hour`,
      retryAfterMs: earliest.requested_at + PAIRING_MEMORY_MS - nowMs,
    };
  }
  const pairing: Pairing = {
    id_sha256: idSha256,
    code,
    label: cleanLine(label, LABEL_CODE_POINTS) || "device",
    address,
    requested_at: nowMs,
    expires_at: nowMs + PAIRING_TTL_MS,
    ended_at: null,
    grant: null,
  };
  return { ok: true, access: { ...access, pairings: [...access.pairings, pairing] }, pairing };
}

function replacePairing(access: Access, pairing: Pairing, changed: Partial<Pairing>): Access {
  const pairings = access.pairings.map((other) =>
    other === pairing ? { ...pairing, ...changed } : other
  );
  return { ...access, pairings };
}

/**
 * An id made of a label, such as `my-phone-k3f9` of "My Phone". A device chooses its label: without
 * the random characters it could take the id of a sender that was removed, or whose header is
 * trusted, and read what was said to it.
 */
function createSenderId(label: string, randomBytes: Uint8Array): string {
  const slug = label.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase()
    .replace(/[^a-z0-9]+/g, "-").slice(0, SLUG_LENGTH).replace(/^-|-$/g, "") || "device";
  return `${slug}-${createPairingCode(randomBytes).slice(0, SUFFIX_LENGTH).toLowerCase()}`;
}

/** Counts a wrong code; the last one that is allowed ends all pairings that wait for approval. */
function countWrongCode(access: Access, nowMs: number): AccessChange<ApprovedPairing> {
  const wrongCodes = access.wrong_codes + 1;
  const message = "Wrong pairing code: expected one that a page shows now";
  if (wrongCodes < MAX_WRONG_CODES) {
    return {
      ok: false,
      message: `${message}; tries left before all pairings end: ${MAX_WRONG_CODES - wrongCodes}`,
      access: { ...access, wrong_codes: wrongCodes },
    };
  }
  const pairings = access.pairings.map((pairing) =>
    isPending(pairing, nowMs) ? { ...pairing, ended_at: nowMs } : pairing
  );
  return {
    ok: false,
    message: `${message}; all have ended after ${MAX_WRONG_CODES} wrong ones, pair again`,
    access: { ...access, wrong_codes: 0, pairings },
  };
}

/**
 * Grants what the pairing with a code asks for. The sender is there once the browser has claimed it.
 *
 * @returns The grant; or why not, and after a wrong code the access with the count to save. Whatever
 * no pairing that waits for approval shows is a wrong code.
 */
export function approvePairing(
  access: Access,
  approval: PairingApproval,
): AccessChange<ApprovedPairing> {
  const { rights, chats, randomBytes, nowMs } = approval;
  const code = normalizePairingCode(approval.code);
  const [found, ...others] = pendingPairings(access, nowMs)
    .filter((pairing) => isEqualConstantTime(pairing.code, code));
  // A code that two browsers show says about neither that the owner means it.
  if (found === undefined || others.length > 0) return countWrongCode(access, nowMs);
  const label = approval.label ?? found.label;
  const id = approval.id ?? createSenderId(label, randomBytes);
  const message = refuseSender(access, { id, label, nowMs });
  if (message !== undefined) return { ok: false, message };
  const grant: PairingGrant = { id, label, rights: sortRights(rights), chats };
  const approved = replacePairing({ ...access, wrong_codes: 0 }, found, { grant });
  return { ok: true, access: approved, pairing: { ...found, grant }, grant };
}

/** Makes a pairing that was granted a sender with a token; can be asked again while it is pending. */
export function claimPairing(access: Access, claim: PairingClaim): PairingClaimResult {
  const { idSha256, tokenSha256, nowMs } = claim;
  const [pairing] = access.pairings
    .filter(({ id_sha256 }) => isEqualConstantTime(id_sha256, idSha256));
  if (pairing === undefined) {
    return { ok: false, message: "Unknown pairing: expected one of the last hour, pair again" };
  }
  const { grant, ended_at, expires_at } = pairing;
  if (ended_at !== null) {
    const how = grant === null ? "ended" : "been claimed before";
    return { ok: false, message: `The pairing has ${how}: expected an open one, pair again` };
  }
  if (nowMs >= expires_at) {
    return { ok: false, message: "The pairing has expired: expected an open one, pair again" };
  }
  if (grant === null) return { ok: true, kind: "pending", access };
  const ended = replacePairing(access, pairing, { ended_at: nowMs });
  const added = addSender(ended, { ...grant, expiresAt: null, tokenSha256, nowMs });
  return added.ok ? { ...added, kind: "granted" } : { ok: false, message: added.message };
}
