/**
 * The credentials of a sender: how they are read, hashed and looked up in the access file.
 *
 * @module
 */

import { getCookies } from "@std/http/cookie";
import type { Access, ChatScope } from "../../lib/access/access_file.ts";
import { findBySignInHash, findByTokenHash } from "../../lib/access/changes.ts";
import { isAccessToken, tryReadBearer } from "../../lib/access/token.ts";
import type { SenderRights } from "../../lib/access/allowlist.ts";
import type { Audience } from "../../lib/event/outbound.ts";
import { COOKIE_NAME, tryParseSignInId } from "../../lib/access/session_cookie.ts";
import { hashToken } from "../runtime/crypto.ts";

/** A sender on one request. */
export interface Caller extends Audience {
  /** The id of the sender; empty for a listener that gives no name where the header is trusted. */
  readonly id: string;
  readonly rights: SenderRights;
  readonly chats: ChatScope;
  /** The credential that proves the sender. */
  readonly way: "token" | "cookie" | "header";
  /** The SHA-256 of the token or of the sign-in id; empty for the header. */
  readonly proof: string;
  /** The access in which the sender was found; `undefined` for the header. */
  readonly access: Access | undefined;
}

/** A credential that is kept as a hash. */
export type HashedCredential = "token" | "cookie";

/** A value, or a promise of it. */
export type Awaitable<T> = T | Promise<T>;

const FIND = { token: findByTokenHash, cookie: findBySignInHash } as const;

/** Reads the value of the cookie; `undefined` also for a malformed header. */
export function tryReadCookie(headers: Headers): string | undefined {
  try {
    return getCookies(headers)[COOKIE_NAME];
  } catch {
    return undefined;
  }
}

/**
 * Hashes what a request shows.
 *
 * @param way The credential: `token` for an `Authorization` header, `cookie` for the cookie's value.
 * @param credential The text of the header or of the cookie.
 * @returns The SHA-256 to look up; `undefined` for a text that has not the form of the credential.
 */
export async function hashCredential(
  way: HashedCredential,
  credential: string,
): Promise<string | undefined> {
  if (way === "cookie") {
    const signInId = tryParseSignInId(credential);
    return signInId === undefined ? undefined : await hashToken(signInId);
  }
  const token = tryReadBearer(credential);
  return token !== undefined && isAccessToken(token) ? await hashToken(token) : undefined;
}

/** Finds the sender whose token or sign-in has a hash; `undefined` where none has it, or not any more. */
export function findCaller(
  access: Access,
  { way, proof }: { readonly way: HashedCredential; readonly proof: string },
  nowMs: number,
): Caller | undefined {
  const sender = FIND[way](access, proof, nowMs);
  if (sender === undefined) return undefined;
  const { id, rights, chats } = sender;
  const approve = rights.includes("approve");
  return {
    id,
    rights: { speak: rights.includes("speak"), approve },
    approves: approve,
    chats,
    way,
    proof,
    access,
  };
}

/** The caller that a sender is by its name alone, where the `X-Sender` header is trusted. */
export function toTrustedCaller(id: string, rights: SenderRights): Caller {
  return {
    id,
    rights,
    approves: rights.approve,
    chats: "all",
    way: "header",
    proof: "",
    access: undefined,
  };
}
