import { type Access, createAccess } from "../../lib/access/access_file.ts";
import { networkOf } from "../../lib/http/client_address.ts";
import { addSender, type NewSender } from "../../lib/access/changes.ts";
import {
  approvePairing,
  claimPairing,
  type PairingApproval,
  type PairingRequest,
  requestPairing,
} from "../../lib/access/pairing.ts";

export const NOW = Date.UTC(2026, 10, 21);
export const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;

/** A SHA-256 that differs for each number. */
export function hashOf(number: number): string {
  return number.toString(16).padStart(64, "0");
}

/** A pairing code that differs for each number below 30. */
export function codeOf(number: number): string {
  return "23456789ABCDEFGHJKMNPQRSTVWXYZ".charAt(number).repeat(6);
}

/** Freezes all of a value: a change to it throws. */
export function freeze<T>(value: T): T {
  if (typeof value === "object" && value !== null) {
    for (const part of Object.values(value)) freeze(part);
    Object.freeze(value);
  }
  return value;
}

/** Returns the result of a change that is not refused. */
export function accepted<T extends { readonly ok: boolean }>(result: T): T & { ok: true } {
  if (!result.ok) throw new Error(`refused: ${JSON.stringify(result)}`);
  return result as T & { ok: true };
}

/** Returns the result of a change that is refused. */
export function refused<T extends { readonly ok: boolean }>(result: T): T & { ok: false } {
  if (result.ok) throw new Error("accepted");
  return result as T & { ok: false };
}

/** The access of a new installation. */
export function emptyAccess(): Access {
  return freeze(createAccess());
}

/** Adds a sender whose token has the hash of a number. */
export function withSender(
  access: Access,
  token: number,
  sender: Partial<NewSender> & Pick<NewSender, "id">,
): Access {
  const change = addSender(access, {
    label: sender.id,
    rights: ["speak"],
    chats: "own",
    expiresAt: null,
    tokenSha256: hashOf(token),
    nowMs: NOW,
    ...sender,
  });
  return freeze(accepted(change).access);
}

/** Requests a pairing whose id, code and address are those of a number. */
export function withPairing(
  access: Access,
  number: number,
  request: Partial<PairingRequest> = {},
): Access {
  const result = requestPairing(access, {
    idSha256: hashOf(number),
    code: codeOf(number),
    label: "My Phone",
    address: `10.0.0.${number}`,
    networkOf,
    nowMs: NOW,
    ...request,
  });
  return freeze(accepted(result).access);
}

/** A request to pair. */
export const REQUEST: PairingRequest = {
  idSha256: hashOf(9),
  code: codeOf(9),
  label: "My Phone",
  address: "10.0.0.9",
  networkOf,
  nowMs: NOW,
};

/** Random bytes of which the ids of senders get `-k3f9`. */
export const ID_BYTES: Uint8Array = Uint8Array.of(17, 1, 13, 7, 0, 0);

const APPROVAL = { rights: ["speak"], chats: "own", randomBytes: ID_BYTES, nowMs: NOW } as const;

/** Approves the pairing with a code. */
export function approve(access: Access, approval: Partial<PairingApproval> & { code: string }) {
  return freeze(approvePairing(access, { ...APPROVAL, ...approval }));
}

/** Claims the pairing of a number. */
export function claim(access: Access, number: number, nowMs = NOW) {
  const options = { idSha256: hashOf(number), tokenSha256: hashOf(100 + number), nowMs };
  return freeze(claimPairing(access, options));
}

/** The access after a number of wrong codes. */
export function guess(access: Access, count: number, nowMs = NOW): Access {
  let guessed = access;
  for (let i = 0; i < count; i++) {
    guessed = refused(approve(guessed, { code: codeOf(29), nowMs })).access ?? guessed;
  }
  return guessed;
}
