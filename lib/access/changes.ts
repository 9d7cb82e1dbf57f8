/**
 * Everything that changes who is let in, and who is found there.
 *
 * Nothing here changes what it is given: each change returns the access to save, so that a fault on
 * the way to the disk leaves all as it was.
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

/** The access after a change and what came of it, or why it was refused. */
export type AccessChange<Result = unknown> =
  | { readonly ok: true; readonly access: Access } & Result
  | {
    readonly ok: false;
    /** What was wrong and what was expected. */
    readonly message: string;
    /** The access to save all the same; absent when nothing has changed. */
    readonly access?: Access;
  };

/** A change that cannot be refused. */
export interface SureAccessChange {
  /** Always `true`. */
  readonly ok: true;
  /** The access after the change; the same object when nothing has changed. */
  readonly access: Access;
}

/** The sender after a change. */
export interface ChangedSender {
  /** The sender as it is now. */
  readonly sender: AccessSender;
}

/** A sender to add. */
export interface NewSender {
  /** The id, by `isSenderId`. */
  readonly id: string;
  /** The name that people read. */
  readonly label: string;
  /** What the sender may do. */
  readonly rights: readonly Right[];
  /** Whose replies the sender sees. */
  readonly chats: ChatScope;
  /** When the sender stops being let in, in milliseconds since the epoch; `null` for never. */
  readonly expiresAt: number | null;
  /** The SHA-256 of the token in hexadecimal digits; `null` for a sender without one. */
  readonly tokenSha256: string | null;
  /** The time in milliseconds since the epoch. */
  readonly nowMs: number;
}

/** The rights of a sender, from now on. */
export interface RightsOptions {
  /** The id of the sender. */
  readonly id: string;
  /** What the sender may do; none mutes it. */
  readonly rights: readonly Right[];
}

/** The token of a sender, from now on. */
export interface TokenOptions {
  /** The id of the sender. */
  readonly id: string;
  /** The SHA-256 of the new token in hexadecimal digits. */
  readonly tokenSha256: string;
}

/** Who was there, and when. */
export interface UseOptions {
  /** The id of the sender. */
  readonly id: string;
  /** The time in milliseconds since the epoch. */
  readonly nowMs: number;
}

/** A browser that a sender signs in with. */
export interface SignInOptions extends UseOptions {
  /** The SHA-256 of the token by which the sender was identified, in hexadecimal digits. */
  readonly tokenSha256: string;
  /** The SHA-256 of the id that the cookie carries, in hexadecimal digits. */
  readonly signInSha256: string;
  /** How long the sign-in lasts, in milliseconds. */
  readonly ttlMs: number;
}

/** How long a pairing is remembered after it was requested, for the limit per address. */
export const PAIRING_MEMORY_MS = 3_600_000;

/** How many ids a message lists. */
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

/** Rights once each and always in the same order. */
export function sortRights(rights: readonly Right[]): Right[] {
  return RIGHTS.filter((right) => rights.includes(right));
}

/** Tells whether a pairing was granted and can still be claimed. */
function isClaimable(pairing: Pairing, nowMs: number): boolean {
  return pairing.grant !== null && pairing.ended_at === null && nowMs < pairing.expires_at;
}

/** The ids that are taken: those of senders, and those granted to pairings that can be claimed. */
function takenIds(access: Access, nowMs: number): ReadonlySet<string> {
  const granted = access.pairings.filter((pairing) => isClaimable(pairing, nowMs));
  return new Set([
    ...access.senders.map(({ id }) => id),
    ...granted.flatMap(({ grant }) => grant === null ? [] : [grant.id]),
  ]);
}

/**
 * Why a sender cannot be added, or `undefined` when it can.
 *
 * @param access The access.
 * @param sender Its id and its label, and the time in milliseconds since the epoch.
 */
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

/** Gives a sender other rights. */
export function setRights(access: Access, options: RightsOptions): AccessChange<ChangedSender> {
  return changeSender(access, options.id, () => ({ rights: sortRights(options.rights) }));
}

/** Says who can get in from now on. */
export function setPolicy(access: Access, policy: AccessPolicy): SureAccessChange {
  return { ok: true, access: { ...access, policy } };
}

/** Gives a sender another token and ends all its sign-ins, since they came from the old one. */
export function rotateToken(access: Access, options: TokenOptions): AccessChange<ChangedSender> {
  return changeSender(access, options.id, () => ({
    token_sha256: options.tokenSha256,
    sign_ins: [],
  }));
}

/** Notes that a sender was there. */
export function noteUse(access: Access, options: UseOptions): AccessChange<ChangedSender> {
  return changeSender(access, options.id, () => ({ last_used_at: options.nowMs }));
}

function isCurrent({ expires_at }: { readonly expires_at: number | null }, nowMs: number): boolean {
  return expires_at === null || nowMs < expires_at;
}

/**
 * Signs a sender in with one more browser; beyond {@linkcode MAX_SIGN_INS} the oldest leaves. Refused
 * once the sender has another token: who waits behind its rotation must not outlive it by a cookie.
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

/** Signs a sender out of the browser whose cookie carries this id. */
export function removeSignIn(access: Access, signInSha256: string): AccessChange<ChangedSender> {
  const isOther = ({ id_sha256 }: SignIn) => !isEqualConstantTime(id_sha256, signInSha256);
  const found = access.senders.find(({ sign_ins }) => !sign_ins.every(isOther));
  if (found === undefined) {
    return { ok: false, message: "Unknown sign-in: expected one that has not ended" };
  }
  return changeSender(access, found.id, ({ sign_ins }) => ({ sign_ins: sign_ins.filter(isOther) }));
}

/** Compares with all senders, so that the time does not tell which of them it is. */
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
 * The sender that has a token.
 *
 * @param access The access.
 * @param tokenSha256 The SHA-256 of the token in hexadecimal digits.
 * @param nowMs The time in milliseconds since the epoch.
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
 * The sender that has signed in.
 *
 * @param access The access.
 * @param sha256 The SHA-256 of the id that the cookie carries, in hexadecimal digits.
 * @param nowMs The time in milliseconds since the epoch.
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
 * Drops sign-ins that have expired, and pairings that are over and were requested more than an hour
 * ago; until then they count for the limit per address. Senders stay.
 *
 * @returns The same object when there is nothing to drop.
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
