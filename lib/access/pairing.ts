/**
 * Pairing: a device asks to be let in and shows a code, the user types the code at the terminal, and
 * the device fetches its token.
 *
 * The code tells the user which device asks, and gives no access by itself: the token goes to the
 * device that has the pairing's id, which is never shown. Wrong codes are counted over all pairings,
 * because a guess does not say for which it is.
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

/** The time in which a pairing can be approved and claimed, in milliseconds. */
export const PAIRING_TTL_MS = 600_000;

/** The most pairings that wait for approval at a time. */
export const MAX_PENDING_PAIRINGS = 3;

/** The most pairings that one address, or one IPv6 network, can request within an hour. */
export const MAX_PAIRINGS_PER_ADDRESS = 2;

/** The number of wrong codes that ends all pairings that wait for approval. */
export const MAX_WRONG_CODES = 5;

const LABEL_CODE_POINTS = 64;

/** The longest part of an id that is made of a label. */
const SLUG_LENGTH = 56;

/** The number of random characters behind that. */
const SUFFIX_LENGTH = 4;

/** A request to pair. */
export interface PairingRequest {
  /** The SHA-256 of the id that only this device has, in hexadecimal digits. */
  readonly idSha256: string;
  /** The code to show, by `isPairingCode`. */
  readonly code: string;
  /** The name that the device gives itself: any text, which is cleaned and cut. */
  readonly label: string;
  /** The address that the request comes from. */
  readonly address: string;
  /** Finds the key by which limits count an address: an IPv6 address by its network. */
  readonly networkOf: (address: string) => string;
  readonly nowMs: number;
}

type PairingRequestResult =
  | { readonly ok: true; readonly access: Access; readonly pairing: Pairing }
  | {
    readonly ok: false;
    /** Refused by the policy, or by too many that wait for approval. */
    readonly code: "policy" | "pending";
    readonly message: string;
  }
  | {
    readonly ok: false;
    /** Refused by too many requests from this address. */
    readonly code: "address";
    readonly message: string;
    /** The time until the next request can succeed, in milliseconds. */
    readonly retryAfterMs: number;
  };

/** An approval by the user. */
export interface PairingApproval {
  /** The code as the user has typed it. */
  readonly code: string;
  /** The id of the sender; by default one made of the label and random characters. */
  readonly id?: string | undefined;
  /** Random bytes for that; 32 are enough in practice. */
  readonly randomBytes: Uint8Array;
  /** The name of the sender; by default the one that the device gives itself. */
  readonly label?: string | undefined;
  readonly rights: readonly Right[];
  readonly chats: ChatScope;
  readonly nowMs: number;
}

/** An approved pairing. */
interface ApprovedPairing {
  /** The pairing with its grant. */
  readonly pairing: Pairing;
  /** The sender that it becomes once it is claimed. */
  readonly grant: PairingGrant;
}

/** A claim by a device. */
interface PairingClaim {
  /** The SHA-256 of the id that only this device has, in hexadecimal digits. */
  readonly idSha256: string;
  /** The SHA-256 of the token that the device gets if the pairing is approved, in hexadecimal digits. */
  readonly tokenSha256: string;
  readonly nowMs: number;
}

type PairingClaimResult =
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

/** Adds the request of a device, within the limits. */
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
 * Makes an id of a label, such as `my-phone-k3f9` of "My Phone". A device chooses its label: without
 * the random characters it could take the id of a sender that was removed, or whose header is
 * trusted, and read the replies to it.
 */
function createSenderId(label: string, randomBytes: Uint8Array): string {
  const slug = label.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase()
    .replace(/[^a-z0-9]+/g, "-").slice(0, SLUG_LENGTH).replace(/^-|-$/g, "") || "device";
  return `${slug}-${createPairingCode(randomBytes).slice(0, SUFFIX_LENGTH).toLowerCase()}`;
}

/** Counts a wrong code; one too many ends all pairings that wait for approval. */
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
 * Approves the pairing with a code. It becomes a sender once the device has claimed it.
 *
 * @returns The grant; or why not, and after a wrong code the access with the count to save. A code is
 * wrong unless exactly one pairing that waits for approval has it.
 */
export function approvePairing(
  access: Access,
  approval: PairingApproval,
): AccessChange<ApprovedPairing> {
  const { rights, chats, randomBytes, nowMs } = approval;
  const code = normalizePairingCode(approval.code);
  const [found, ...others] = pendingPairings(access, nowMs)
    .filter((pairing) => isEqualConstantTime(pairing.code, code));
  // Two devices that show one code: the user means only one of them.
  if (found === undefined || others.length > 0) return countWrongCode(access, nowMs);
  const label = approval.label ?? found.label;
  const id = approval.id ?? createSenderId(label, randomBytes);
  const message = refuseSender(access, { id, label, nowMs });
  if (message !== undefined) return { ok: false, message };
  const grant: PairingGrant = { id, label, rights: sortRights(rights), chats };
  const approved = replacePairing({ ...access, wrong_codes: 0 }, found, { grant });
  return { ok: true, access: approved, pairing: { ...found, grant }, grant };
}

/** Makes a sender with a token of an approved pairing; a device asks again while it is pending. */
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
