/**
 * The gatekeeper: finds the sender of a request and lets it in, or answers why not.
 *
 * A sender proves itself by a bearer token, the page's cookie, or the `X-Sender` header where that is
 * trusted. The first of them decides: a cookie beside a token counts nothing, and a wrong token is not
 * mended by a cookie. A name beside a token or a cookie must be that of the proven sender.
 *
 * An address that gives wrong credentials, or asks too often, is refused before anything is looked up,
 * read or written. A credential that was right before still counts then: behind a tunnel, and on this
 * machine, all senders share the address of the attacker.
 *
 * @module
 */

import { STATUS_CODE } from "@std/http/status";
import type { Access } from "../../lib/access/access_file.ts";
import type { Allowlist } from "../../lib/access/allowlist.ts";
import { type RateLimit, RateLimiter } from "../../lib/http/rate_limiter.ts";
import type { Validation } from "../../lib/http/validate_host.ts";
import type { AuditLog } from "../journal/audit_log.ts";
import {
  type Awaitable,
  type Caller,
  findCaller,
  hashCredential,
  type HashedCredential,
  toTrustedCaller,
  tryReadCookie,
} from "../access/credentials.ts";
import type { AccessState, AccessStore } from "../access/store.ts";
import { answer, forbidden } from "./answer.ts";
import { formatOrigin, type Peer } from "./peer.ts";

/** Options of a {@linkcode Gatekeeper}. */
interface GatekeeperOptions {
  readonly access: Pick<AccessStore, "read">;
  /** The senders whose `X-Sender` header is trusted. */
  readonly allowlist: Allowlist;
  /** The most posts a minute of one sender, or of one address without a sender; `0` for any. */
  readonly rateLimitPerMinute: number;
  /** Called at most once a minute with each sender that posts. */
  readonly onUse: (senderId: string) => void;
  readonly audit: Pick<AuditLog, "note">;
  /** The clock, in milliseconds since the epoch. */
  readonly now?: () => number;
}

/** The most wrong credentials of an address in a minute. */
const MAX_FAILURES = 10;

/** The time between two rows of the audit that say that a sender was let in, in milliseconds. */
const ALLOW_MS = 60_000;

/** The time for which the access file is believed before the next look at it, in milliseconds. */
const FRESH_MS = 50;

/** The most credentials that are remembered as right. */
const MAX_PROVEN = 1000;

/** The credential of a request. */
interface Credential {
  readonly way: HashedCredential;
  readonly text: string;
  /** The name in the `X-Sender` header. */
  readonly name: string | null;
}

export class Gatekeeper {
  readonly #options: GatekeeperOptions;
  readonly #now: () => number;
  /** The wrong credentials of each address, from the first one on. */
  #failures: RateLimiter | undefined;
  readonly #senders: RateLimiter;
  readonly #strangers: RateLimiter;
  /** Apart from strangers: a page elsewhere would use up the limit of a person that signs in here. */
  readonly #foreign: RateLimiter;
  readonly #allowedAt = new Map<string, number>();
  /** The hash of each credential that was right; computing it takes 50 µs. */
  readonly #proofs = new Map<string, string>();
  /** The senders whose header is trusted, once they have used it. */
  readonly #trusted = new Map<string, Caller>();
  #state: AccessState | undefined;
  #readAt = -Infinity;
  /** The listener that gives no name; `undefined` unless the header is trusted. */
  readonly anonymous: Caller | undefined;

  constructor(options: GatekeeperOptions) {
    const { allowlist, rateLimitPerMinute: perMinute, now = Date.now } = options;
    this.#options = options;
    this.#now = now;
    const limit = { perMinute, burst: Math.ceil(perMinute / 3) };
    this.#senders = new RateLimiter(limit);
    this.#strangers = new RateLimiter(limit);
    this.#foreign = new RateLimiter(limit);
    this.anonymous = allowlist.size === 0 ? undefined : {
      ...toTrustedCaller("", { speak: false, approve: false }),
      approves: allowlist.hasApprover,
    };
  }

  /** The content of the access file, at most 50 ms old. */
  get access(): AccessState {
    const now = performance.now();
    if (this.#state === undefined || now - this.#readAt > FRESH_MS) {
      this.#state = this.#options.access.read();
      this.#readAt = now;
    }
    return this.#state;
  }

  /** Lets the next request read the access file again, because it has changed. */
  refresh(): void {
    this.#readAt = -Infinity;
  }

  /**
   * Finds the sender of a request; at once where nothing has to be hashed, since each promise costs.
   *
   * @param anonymous The caller that a request without credentials is let in as; none by default.
   * @returns The sender, with at least one right, or the refusal.
   */
  identify(
    { headers }: Pick<Request, "headers">,
    peer: Peer,
    anonymous?: Caller,
  ): Awaitable<Caller | Response> {
    if (this.#failures !== undefined) {
      const refusal = this.#refuseAfterFailures(this.#failures, headers, peer);
      if (refusal !== undefined) return refusal;
    }
    const state = this.access;
    if (!state.ok || state.access.policy === "disabled") return this.#refuseAll(state, peer);
    const name = headers.get("x-sender");
    const authorization = headers.get("authorization");
    if (authorization !== null) {
      return this.#identifyByHash(state.access, { way: "token", text: authorization, name }, peer);
    }
    // get(), because has() makes the runtime list all headers.
    const cookie = headers.get("cookie") === null ? undefined : tryReadCookie(headers);
    if (cookie !== undefined) {
      return this.#identifyByHash(state.access, { way: "cookie", text: cookie, name }, peer);
    }
    if (name === null) return anonymous ?? this.#refuseStranger(peer, "no credentials");
    return this.#trusted.get(name) ?? this.#identifyByName(name, peer);
  }

  /**
   * Re-checks a sender once the body has arrived; looks it up again only if the access has changed. A
   * sender that has expired in the seconds since still counts.
   */
  recall(caller: Caller, peer: Peer): Caller | Response {
    const state = this.access;
    const isUnchanged = state.ok &&
      (caller.way === "header"
        ? state.access.policy !== "disabled"
        : state.access === caller.access);
    if (isUnchanged) return caller;
    return this.review(caller) ?? this.refuse(peer, "not let in any more", caller.id);
  }

  /** Re-checks a sender that was let in before; `undefined` once it has no right left. */
  review(caller: Caller): Caller | undefined {
    const state = this.access;
    if (!state.ok || state.access.policy === "disabled") return undefined;
    const { way, proof } = caller;
    if (way === "header") return caller;
    const found = findCaller(state.access, { way, proof }, this.#now());
    return found && (found.rights.speak || found.rights.approve) ? found : undefined;
  }

  /** Counts a post; returns the refusal of one too many. */
  admit({ id, way }: Caller, peer: Peer): Response | undefined {
    const now = this.#now();
    const limit = this.#senders.take(id, now);
    if (!limit.ok) return this.#limit(id, limit, "posts");
    if (now - (this.#allowedAt.get(id) ?? -Infinity) >= ALLOW_MS) {
      this.#allowedAt.set(id, now);
      const detail = formatOrigin(way, peer);
      this.#options.audit.note({ action: "allow", actor: id, subject: "post", detail });
      this.#options.onUse(id);
    }
    return undefined;
  }

  /** Counts a request that needs no credentials; returns the refusal of one too many. */
  admitStranger({ network }: Peer): Response | undefined {
    const limit = this.#strangers.take(network, this.#now());
    return limit.ok ? undefined : this.#limit(network, limit, "requests");
  }

  /** Refuses a request from a foreign host or site. */
  refuseForeign(peer: Peer, { code, message }: Extract<Validation, { ok: false }>): Response {
    const limit = this.#foreign.take(peer.network, this.#now());
    if (!limit.ok) return this.#limit(peer.network, limit, "foreign requests");
    this.refuse(peer, code);
    return answer(STATUS_CODE.Forbidden, `forbidden: ${message}`);
  }

  /** The refusal of a delivery while the policy is disabled or the access file cannot be used. */
  refuseClosed(peer: Peer): Response | undefined {
    const state = this.access;
    return state.ok && state.access.policy !== "disabled"
      ? undefined
      : this.#refuseAll(state, peer);
  }

  /** Refuses a request, with a row in the audit. */
  refuse(peer: Peer, detail: string, subject = ""): Response {
    this.#options.audit.note({ action: "refuse", actor: peer.network, subject, detail });
    return forbidden();
  }

  #identifyByHash(
    access: Access,
    credential: Credential,
    peer: Peer,
  ): Awaitable<Caller | Response> {
    const proof = this.#proofs.get(credential.text);
    if (proof !== undefined) return this.#judge(access, { ...credential, proof }, peer);
    return hashCredential(credential.way, credential.text)
      .then((proof) => this.#judge(access, { ...credential, proof }, peer));
  }

  /** A hash proves nothing by itself: it is looked up each time. */
  #judge(
    access: Access,
    { way, text, name, proof }: Credential & { readonly proof: string | undefined },
    peer: Peer,
  ): Caller | Response {
    const caller = proof === undefined
      ? undefined
      : findCaller(access, { way, proof }, this.#now());
    if (caller === undefined) {
      this.#proofs.delete(text);
      return this.#refuseWrong(peer, { way, detail: `wrong ${way}` });
    }
    if (!this.#proofs.has(text)) {
      if (this.#proofs.size >= MAX_PROVEN) this.#proofs.clear();
      this.#proofs.set(text, caller.proof);
    }
    if (name !== null && name !== caller.id) {
      return this.#refuseWrong(peer, { way, detail: `the ${way} of another sender` });
    }
    const { speak, approve } = caller.rights;
    return speak || approve ? caller : this.refuse(peer, "no rights", caller.id);
  }

  #identifyByName(name: string, peer: Peer): Caller | Response {
    const { allowlist } = this.#options;
    if (allowlist.size === 0) return this.#refuseStranger(peer, "no credentials");
    const rights = allowlist.rightsOf(name);
    if (!rights.speak && !rights.approve) {
      return this.#refuseWrong(peer, { way: "header", detail: "unknown sender" });
    }
    const caller = toTrustedCaller(name, rights);
    this.#trusted.set(name, caller);
    return caller;
  }

  /** Refuses an address with too many wrong credentials, unless the credential was right before. */
  #refuseAfterFailures(
    failures: RateLimiter,
    headers: Headers,
    peer: Peer,
  ): Response | undefined {
    const limit = failures.check(peer.network, this.#now());
    if (limit.ok) return undefined;
    const credential = headers.get("authorization") ?? tryReadCookie(headers);
    return credential !== undefined && this.#proofs.has(credential)
      ? undefined
      : this.#limit(peer.network, limit, "wrong credentials");
  }

  #refuseWrong(
    peer: Peer,
    { way, detail }: { readonly way: Caller["way"]; readonly detail: string },
  ): Response {
    this.#failures ??= new RateLimiter({ perMinute: MAX_FAILURES, burst: MAX_FAILURES });
    this.#failures.take(peer.network, this.#now());
    const refusal = this.#refuseStranger(peer, detail);
    if (way !== "token" || refusal.status !== STATUS_CODE.Forbidden) return refusal;
    return answer(STATUS_CODE.Unauthorized, "unauthorized", { "WWW-Authenticate": "Bearer" });
  }

  #refuseStranger(peer: Peer, detail: string): Response {
    return this.admitStranger(peer) ?? this.refuse(peer, detail);
  }

  #refuseAll({ ok }: AccessState, peer: Peer): Response {
    return this.refuse(peer, ok ? "the policy is disabled" : "the access file cannot be used");
  }

  #limit(actor: string, { retryAfterMs }: Extract<RateLimit, { ok: false }>, what: string) {
    this.#options.audit.note({ action: "rate-limit", actor, subject: "", detail: what });
    return answer(STATUS_CODE.TooManyRequests, `too many ${what}: try again later`, {
      "Retry-After": String(Math.ceil(retryAfterMs / 1000)),
    });
  }
}
