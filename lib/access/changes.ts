/**
 * Changes of the access, and the search for a sender in it.
 *
 * Each change returns the access to save and leaves the given one as it was, so a fault on the way to
 * the disk changes nothing.
 *
 * @module
 */

import {
  type Access,
  type AccessPolicy,
  type AccessSender,
  type ChatScope,
  isAccessLabel,
  LABEL_EXPECTATION,
  MAX_SENDERS,
  MAX_SIGN_INS,
  type Pairing,
  type Right,
  RIGHTS,
  SENDER_ID_EXPECTATION,
  type SignIn,
} from "./access_file.ts";
import { isSenderId } from "./allowlist.ts";
import { isEqualConstantTime } from "./constant_time.ts";

/** The access after a change and its result, or the refusal. */
export type AccessChange<Result = unknown> =
  | { readonly ok: true; readonly access: Access } & Result
  | {
    readonly ok: false;
    readonly message: string;
    /** The access to save all the same; absent when nothing has changed. */
    readonly access?: Access;
  };

/** A change that cannot be refused. */
interface SureAccessChange {
  readonly ok: true;
  /** The access after the change; the same object when nothing has changed. */
  readonly access: Access;
}

/** The sender after a change. */
interface ChangedSender {
  readonly sender: AccessSender;
}

/** A sender to add. */
export interface NewSender {
  /** The id, by `isSenderId`. */
  readonly id: string;
  /** The name that people read. */
  readonly label: string;
  readonly rights: readonly Right[];
  readonly chats: ChatScope;
  /** The time in milliseconds since the epoch; `null` for never. */
  readonly expiresAt: number | null;
  /** The SHA-256 of the token in hexadecimal digits; `null` for a sender without one. */
  readonly tokenSha256: string | null;
  readonly nowMs: number;
}

/** A sender at a time. */
interface UseOptions {
  readonly id: string;
  readonly nowMs: number;
}

/** A browser that a sender signs in with. */
interface SignInOptions extends UseOptions {
  /** The SHA-256 of the token that identified the sender, in hexadecimal digits. */
  readonly tokenSha256: string;
  /** The SHA-256 of the id that the cookie carries, in hexadecimal digits. */
  readonly signInSha256: string;
  readonly ttlMs: number;
}

/** The time for which a pairing is remembered after its request, for the limit per address. */
export const PAIRING_MEMORY_MS = 3_600_000;

const MAX_LISTED_IDS = 10;

function unknownSender(access: Access, id: string): { ok: false; message: string } {
  const listed = access.senders.slice(0, MAX_LISTED_IDS).map((sender) => sender.id).join(", ");
  const rest = access.senders.length - MAX_LISTED_IDS;
  const expected = listed === ""
    ? "there are no senders yet"
    : `expected one of ${listed}${rest > 0 ? ` and ${rest} more` : ""}`;
  return { ok: false, message: `Unknown sender "${id}": ${expected}` };
}

function changeSender(
  access: Access,
  id: string,
  change: (sender: AccessSender) => Partial<AccessSender>,
): AccessChange<ChangedSender> {
  const found = access.senders.find((sender) => sender.id === id);
  if (found === undefined) return unknownSender(access, id);
  const sender = { ...found, ...change(found) };
  const senders = access.senders.map((other) => other === found ? sender : other);
  return { ok: true, access: { ...access, senders }, sender };
}

/** Lists rights once each and always in the same order. */
export function sortRights(rights: readonly Right[]): Right[] {
  return RIGHTS.filter((right) => rights.includes(right));
}

/** Tells whether a pairing was granted and can still be claimed. */
function isClaimable(pairing: Pairing, nowMs: number): boolean {
  return pairing.grant !== null && pairing.ended_at === null && nowMs < pairing.expires_at;
}

/** Lists the ids of senders and of granted pairings that can be claimed. */
function takenIds(access: Access, nowMs: number): ReadonlySet<string> {
  const granted = access.pairings.filter((pairing) => isClaimable(pairing, nowMs));
  return new Set([
    ...access.senders.map(({ id }) => id),
    ...granted.flatMap(({ grant }) => grant === null ? [] : [grant.id]),
  ]);
}

/** Says why a sender cannot be added; `undefined` when it can. */
export function refuseSender(
  access: Access,
  sender: Pick<NewSender, "id" | "label" | "nowMs">,
): string | undefined {
  const { id, label, nowMs } = sender;
  if (!isSenderId(id)) return `Invalid id "${id}": expected ${SENDER_ID_EXPECTATION}`;
  if (!isAccessLabel(label)) return `Invalid label: expected ${LABEL_EXPECTATION}`;
  const taken = takenIds(access, nowMs);
  if (taken.has(id)) return `The id "${id}" is taken: expected one that no other sender has`;
  if (taken.size >= MAX_SENDERS) {
    return `Too many senders: expected at most ${MAX_SENDERS}, remove one that is not used`;
  }
  return undefined;
}

/** Adds a sender; refuses a taken or invalid id, an invalid label and too many senders. */
export function addSender(access: Access, options: NewSender): AccessChange<ChangedSender> {
  const message = refuseSender(access, options);
  if (message !== undefined) return { ok: false, message };
  const sender: AccessSender = {
    id: options.id,
    label: options.label,
    token_sha256: options.tokenSha256,
    rights: sortRights(options.rights),
    chats: options.chats,
    created_at: options.nowMs,
    last_used_at: null,
    expires_at: options.expiresAt,
    sign_ins: [],
  };
  return { ok: true, access: { ...access, senders: [...access.senders, sender] }, sender };
}

/** Removes a sender with its sign-ins, and a grant of the same id that was not claimed yet. */
export function removeSender(access: Access, id: string): AccessChange {
  const senders = access.senders.filter((sender) => sender.id !== id);
  const pairings = access.pairings.filter(
    ({ grant, ended_at }) => grant?.id !== id || ended_at !== null,
  );
  const isKnown = senders.length < access.senders.length ||
    pairings.length < access.pairings.length;
  if (!isKnown) return unknownSender(access, id);
  return { ok: true, access: { ...access, senders, pairings } };
}

/** Gives a sender other rights; none at all mutes it. */
export function setRights(
  access: Access,
  options: { readonly id: string; readonly rights: readonly Right[] },
): AccessChange<ChangedSender> {
  return changeSender(access, options.id, () => ({ rights: sortRights(options.rights) }));
}

export function setPolicy(access: Access, policy: AccessPolicy): SureAccessChange {
  return { ok: true, access: { ...access, policy } };
}

/** Gives a sender another token and ends all its sign-ins, since they came from the old one. */
export function rotateToken(
  access: Access,
  options: { readonly id: string; readonly tokenSha256: string },
): AccessChange<ChangedSender> {
  return changeSender(access, options.id, () => ({
    token_sha256: options.tokenSha256,
    sign_ins: [],
  }));
}

/** Updates the time at which a sender was last there. */
export function noteUse(access: Access, options: UseOptions): AccessChange<ChangedSender> {
  return changeSender(access, options.id, () => ({ last_used_at: options.nowMs }));
}

function isCurrent({ expires_at }: { readonly expires_at: number | null }, nowMs: number): boolean {
  return expires_at === null || nowMs < expires_at;
}

/**
 * Signs a sender in with one more browser; beyond {@linkcode MAX_SIGN_INS} the oldest sign-in ends.
 * Refuses once the sender has another token: a sign-in that waits while the token is rotated would
 * outlive the rotation by its cookie.
 */
export function addSignIn(access: Access, options: SignInOptions): AccessChange<ChangedSender> {
  const { id, tokenSha256, signInSha256, nowMs, ttlMs } = options;
  const found = access.senders.find((sender) => sender.id === id);
  if (found !== undefined && found.token_sha256 !== tokenSha256) {
    return { ok: false, message: `The token of "${id}" was rotated meanwhile` };
  }
  const signIn: SignIn = {
    id_sha256: signInSha256,
    created_at: nowMs,
    expires_at: nowMs + ttlMs,
  };
  return changeSender(access, id, ({ sign_ins }) => {
    const current = sign_ins.filter((other) => isCurrent(other, nowMs));
    return { sign_ins: [...current, signIn].slice(-MAX_SIGN_INS) };
  });
}

function hasSignIn(sender: AccessSender, sha256: string, nowMs: number): boolean {
  const found = sender.sign_ins.filter(({ id_sha256 }) => isEqualConstantTime(id_sha256, sha256));
  return found.some((signIn) => isCurrent(signIn, nowMs));
}

/** Ends the sign-in of the cookie that carries an id. */
export function removeSignIn(access: Access, signInSha256: string): AccessChange<ChangedSender> {
  const isOther = ({ id_sha256 }: SignIn) => !isEqualConstantTime(id_sha256, signInSha256);
  const found = access.senders.find(({ sign_ins }) => !sign_ins.every(isOther));
  if (found === undefined) {
    return { ok: false, message: "Unknown sign-in: expected one that has not ended" };
  }
  return changeSender(access, found.id, ({ sign_ins }) => ({ sign_ins: sign_ins.filter(isOther) }));
}

/** Compares with all senders: a time that depends on the place of the sender would tell it. */
function findSender(
  access: Access,
  isFound: (sender: AccessSender) => boolean,
  nowMs: number,
): AccessSender | undefined {
  const [found] = access.senders.filter(isFound);
  if (found === undefined || access.policy === "disabled") return undefined;
  return isCurrent(found, nowMs) ? found : undefined;
}

/**
 * Finds the sender that has a token.
 *
 * @returns `undefined` for an unknown token, an expired sender and the policy `disabled`.
 */
export function findByTokenHash(
  access: Access,
  tokenSha256: string,
  nowMs: number,
): AccessSender | undefined {
  return findSender(
    access,
    ({ token_sha256 }) => token_sha256 !== null && isEqualConstantTime(token_sha256, tokenSha256),
    nowMs,
  );
}

/**
 * Finds the sender of a sign-in.
 *
 * @param sha256 The SHA-256 of the id that the cookie carries, in hexadecimal digits.
 * @returns `undefined` for an unknown or expired sign-in, an expired sender and the policy `disabled`.
 */
export function findBySignInHash(
  access: Access,
  sha256: string,
  nowMs: number,
): AccessSender | undefined {
  return findSender(access, (sender) => hasSignIn(sender, sha256, nowMs), nowMs);
}

/**
 * Drops expired sign-ins, and pairings that are over and were requested more than an hour ago; until
 * then they count for the limit per address. Senders stay.
 *
 * @returns The same object when nothing is dropped.
 */
export function pruneAccess(access: Access, nowMs: number): Access {
  const pairings = access.pairings.filter(({ requested_at, ended_at, expires_at }) =>
    nowMs - requested_at <= PAIRING_MEMORY_MS || (ended_at === null && nowMs < expires_at)
  );
  const senders = access.senders.map((sender) => {
    const sign_ins = sender.sign_ins.filter((signIn) => isCurrent(signIn, nowMs));
    return sign_ins.length === sender.sign_ins.length ? sender : { ...sender, sign_ins };
  });
  const isSame = pairings.length === access.pairings.length &&
    senders.every((sender, index) => sender === access.senders[index]);
  return isSame ? access : { ...access, senders, pairings };
}
