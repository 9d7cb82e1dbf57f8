/**
 * The credentials of a request: which sender they prove.
 *
 * There are three ways in, and each ends in the id of a sender: a bearer token, the page's cookie, and
 * the `X-Sender` header where it is trusted. The first of them that is there decides: beside a token, a
 * cookie says nothing, and what is wrong is not mended by what comes after it. A name beside a token or
 * a cookie must be that of the sender whom it proves.
 *
 * @module
 */

import { getCookies } from "@std/http/cookie";
import type { Access, AccessSender, ChatScope } from "../../lib/access/access_file.ts";
import { findBySignInHash, findByTokenHash } from "../../lib/access/changes.ts";
import { isAccessToken, tryReadBearer } from "../../lib/access/token.ts";
import type { Allowlist, SenderRights } from "../../lib/access/allowlist.ts";
import type { Audience } from "../../lib/event/outbound.ts";
import { COOKIE_NAME } from "../../lib/access/session_cookie.ts";
import type { AccessState, AccessStore } from "./store.ts";
import { readCookieHash } from "./cookie_signature.ts";
import { hashToken } from "../runtime/crypto.ts";

/** Who makes a request. */
export interface Caller extends Audience {
  /** The sender; empty for whoever only listens where the header is trusted. */
  readonly id: string;
  /** What the sender may do. */
  readonly rights: SenderRights;
  /** Whose replies the sender sees. */
  readonly chats: ChatScope;
  /** How the sender has proven who it is. */
  readonly way: "token" | "cookie" | "header";
  /** What it has proven it by: the SHA-256 of the token or of the sign-in; empty for the header. */
  readonly proof: string;
  /** The access in which it was found; `undefined` for the header. */
  readonly access: Access | undefined;
}

/** Who makes a request, or why that is nobody. */
export type Identification =
  | { readonly kind: "caller"; readonly caller: Caller }
  /** Nobody gets in at the moment. */
  | { readonly kind: "closed"; readonly reason: string }
  /** There is no credential. */
  | { readonly kind: "none" }
  /** There is one, and it is not right. */
  | { readonly kind: "wrong"; readonly reason: string };

/** A value, or a promise of it. */
export type Awaitable<T> = T | Promise<T>;

/** Options of {@linkcode Credentials}. */
export interface CredentialsOptions {
  /** Who was let in. */
  readonly access: Pick<AccessStore, "read">;
  /** The senders whose `X-Sender` header is trusted, and what they may do. */
  readonly allowlist: Allowlist;
  /** The clock, in milliseconds since the epoch. */
  readonly now?: () => number;
}

/** How old what is known of the access file may be, in milliseconds. */
const FRESH_MS = 50;

/** How many credentials that were right are remembered. */
const MAX_VERIFIED = 1000;

function toCaller(
  sender: AccessSender,
  { way, proof, access }: Pick<Caller, "way" | "proof" | "access">,
): Caller {
  const { id, rights, chats } = sender;
  const approves = rights.includes("approve");
  return {
    id,
    rights: { speak: rights.includes("speak"), approve: approves },
    approves,
    chats,
    way,
    proof,
    access,
  };
}

/** Why nobody gets in at the moment; `undefined` when somebody may. */
function findClosure(state: AccessState): string | undefined {
  if (!state.ok) return "the access file cannot be used";
  return state.access.policy === "disabled" ? "the policy is disabled" : undefined;
}

/** The value of the cookie; `undefined` also for a header that is none. */
function tryReadCookie(headers: Headers): string | undefined {
  try {
    return getCookies(headers)[COOKIE_NAME];
  } catch {
    return undefined;
  }
}

/** By what a credential is looked up; `undefined` for what cannot be one. */
const HASH = {
  async token(authorization: string): Promise<string | undefined> {
    const token = tryReadBearer(authorization);
    return token !== undefined && isAccessToken(token) ? await hashToken(token) : undefined;
  },
  cookie: (value: string, { cookie_key }: Access) => readCookieHash(cookie_key, value),
} as const;

/** Looks up whose credential has a hash. */
const FIND = { token: findByTokenHash, cookie: findBySignInHash } as const;

/** Finds out who makes a request. */
export class Credentials {
  readonly #options: CredentialsOptions;
  readonly #now: () => number;
  /** The hash of each credential that was right, so that it is computed once. */
  readonly #proofs = new Map<string, string>();
  /** What was found of each sender whose header is trusted. */
  readonly #trusted = new Map<string, Identification>();
  #state: AccessState | undefined;
  #readAt = -Infinity;

  /** Constructs a new instance. */
  constructor(options: CredentialsOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
  }

  /** What the access file says, or why it says nothing. */
  get access(): AccessState {
    const now = performance.now();
    if (this.#state === undefined || now - this.#readAt > FRESH_MS) {
      this.#state = this.#options.access.read();
      this.#readAt = now;
    }
    return this.#state;
  }

  /** Who listens without a word: nobody, but where every process of this machine is believed. */
  get anonymous(): Caller | undefined {
    const { allowlist } = this.#options;
    const state = this.access;
    const isOpen = state.ok && state.access.policy !== "disabled";
    if (!isOpen || allowlist.size === 0) return undefined;
    return {
      id: "",
      rights: { speak: false, approve: false },
      approves: allowlist.hasApprover,
      chats: "all",
      way: "header",
      proof: "",
      access: undefined,
    };
  }

  /** Why nobody gets in at the moment; `undefined` when somebody may. */
  get closedBecause(): string | undefined {
    return findClosure(this.access);
  }

  /** Reads the access file again, because somebody says that it has changed. */
  refresh(): void {
    this.#readAt = -Infinity;
  }

  /**
   * Finds out who makes a request.
   *
   * @param headers The headers of the request.
   */
  identify(headers: Headers): Awaitable<Identification> {
    const state = this.access;
    const reason = findClosure(state);
    if (!state.ok || reason !== undefined) return { kind: "closed", reason: reason ?? "" };
    const { access } = state;
    const authorization = headers.get("authorization");
    const name = headers.get("x-sender");
    if (authorization !== null) {
      return this.#identifyByProof(access, { way: "token", credential: authorization, name });
    }
    // Not has(), for which the runtime would make a list of all headers.
    const cookie = headers.get("cookie") === null ? undefined : tryReadCookie(headers);
    if (cookie !== undefined) {
      return this.#identifyByProof(access, { way: "cookie", credential: cookie, name });
    }
    return this.#identifyByHeader(name);
  }

  /** Whether a request has a credential that was right before, which can be looked up unhashed. */
  isProven(headers: Headers): boolean {
    const credential = headers.get("authorization") ?? tryReadCookie(headers);
    return credential !== undefined && this.#proofs.has(credential);
  }

  /** What somebody who was let in may do now; `undefined` when that is nothing any more. */
  review(caller: Caller): Caller | undefined {
    const state = this.access;
    if (!state.ok || state.access.policy === "disabled") return undefined;
    const { access } = state;
    const { way, proof } = caller;
    if (way === "header") return caller;
    const sender = FIND[way](access, proof, this.#now());
    return sender && sender.rights.length > 0
      ? toCaller(sender, { way, proof, access })
      : undefined;
  }

  /**
   * As {@linkcode review}, but looks nobody up while the access is the one that was looked into; who has
   * expired in the few seconds since still counts.
   */
  recall(caller: Caller): Caller | undefined {
    const state = this.access;
    return state.ok && state.access === caller.access ? caller : this.review(caller);
  }

  async #identifyByProof(
    access: Access,
    { way, credential, name }: {
      readonly way: "token" | "cookie";
      readonly credential: string;
      readonly name: string | null;
    },
  ): Promise<Identification> {
    const known = this.#proofs.get(credential);
    const proof = known ?? await HASH[way](credential, access);
    const sender = proof && FIND[way](access, proof, this.#now());
    if (!sender) {
      this.#proofs.delete(credential);
      return { kind: "wrong", reason: `wrong ${way}` };
    }
    if (known === undefined) this.#remember(credential, proof);
    return name === null || name === sender.id
      ? { kind: "caller", caller: toCaller(sender, { way, proof, access }) }
      : { kind: "wrong", reason: `the ${way} of another sender` };
  }

  /** A hash proves nothing by itself: it is looked up each time. */
  #remember(credential: string, proof: string): void {
    if (this.#proofs.size >= MAX_VERIFIED) this.#proofs.clear();
    this.#proofs.set(credential, proof);
  }

  #identifyByHeader(name: string | null): Identification {
    const { allowlist } = this.#options;
    if (name === null || allowlist.size === 0) return { kind: "none" };
    const known = this.#trusted.get(name);
    if (known !== undefined) return known;
    const rights = allowlist.rightsOf(name);
    if (!rights.speak && !rights.approve) return { kind: "wrong", reason: "unknown sender" };
    const found: Identification = {
      kind: "caller",
      caller: {
        id: name,
        rights,
        approves: rights.approve,
        chats: "all",
        way: "header",
        proof: "",
        access: undefined,
      },
    };
    this.#trusted.set(name, found);
    return found;
  }
}
