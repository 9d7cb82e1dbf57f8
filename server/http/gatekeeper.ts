/**
 * The gatekeeper: lets a request in, or answers why not.
 *
 * Whoever gives wrong credentials, or asks too often, is turned away before anything is looked up, read
 * or written. Who was let in before is let in all the same: behind a tunnel, and on this machine, a
 * stranger has the same address.
 *
 * @module
 */

import { STATUS_CODE } from "@std/http/status";
import { type RateLimit, RateLimiter } from "../../lib/http/rate_limiter.ts";
import type { Validation } from "../../lib/http/validate_host.ts";
import type { AuditLog } from "../journal/audit_log.ts";
import type { Awaitable, Caller, Credentials, Identification } from "../access/credentials.ts";
import { answer, forbidden } from "./answer.ts";
import { formatOrigin, type Peer } from "./peer.ts";

/** Options of a {@linkcode Gatekeeper}. */
export interface GatekeeperOptions {
  /** Finds out who makes a request. */
  readonly credentials: Pick<
    Credentials,
    "identify" | "anonymous" | "closedBecause" | "isProven" | "recall"
  >;
  /** How many posts a minute one sender may make, or one address without a sender; `0` for any. */
  readonly rateLimitPerMinute: number;
  /** Called now and then with the sender of a request that was let in. */
  readonly onUse: (senderId: string) => void;
  /** Where it is written who was let in and who was not. */
  readonly audit: Pick<AuditLog, "note">;
  /** The clock, in milliseconds since the epoch. */
  readonly now?: () => number;
}

/** How many wrong credentials an address may give in a minute. */
const MAX_FAILURES = 10;

/** How often it is written down that a sender was let in, in milliseconds. */
const ALLOW_MS = 60_000;

/** Decides who is let in. */
export class Gatekeeper {
  readonly #options: GatekeeperOptions;
  readonly #now: () => number;
  readonly #failures = new RateLimiter({ perMinute: MAX_FAILURES, burst: MAX_FAILURES });
  readonly #senders: RateLimiter;
  readonly #strangers: RateLimiter;
  /** Apart from strangers: a page elsewhere must not use up the limit of who signs in here. */
  readonly #foreign: RateLimiter;
  readonly #allowedAt = new Map<string, number>();

  /** Constructs a new instance. */
  constructor(options: GatekeeperOptions) {
    const { rateLimitPerMinute: perMinute, now = Date.now } = options;
    this.#options = options;
    this.#now = now;
    const limit = { perMinute, burst: Math.ceil(perMinute / 3) };
    this.#senders = new RateLimiter(limit);
    this.#strangers = new RateLimiter(limit);
    this.#foreign = new RateLimiter(limit);
  }

  /**
   * Finds out who makes a request; at once where nothing has to be hashed, since each promise costs.
   *
   * @returns The sender, who has some right, or the refusal.
   */
  identify(request: Request, peer: Peer): Awaitable<Caller | Response> {
    return this.#identify(request, peer, undefined);
  }

  /**
   * Finds out who listens: also nobody in particular, where every process of this machine is believed.
   */
  identifyListener(request: Request, peer: Peer): Awaitable<Caller | Response> {
    return this.#identify(request, peer, this.#options.credentials.anonymous);
  }

  /**
   * Looks again who makes a request once its body is there, which can be long after.
   *
   * @returns The sender with the rights that it has by then, or the refusal.
   */
  recall(caller: Caller, peer: Peer): Caller | Response {
    return this.#options.credentials.recall(caller) ??
      this.refuse(peer, "not let in any more", caller.id);
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

  /** Counts a request of an address that need not say who it is; returns the refusal of one too many. */
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

  /** The refusal of everybody, where nobody gets in at the moment, or nothing. */
  refuseClosed(peer: Peer): Response | undefined {
    const reason = this.#options.credentials.closedBecause;
    return reason === undefined ? undefined : this.refuse(peer, reason);
  }

  /** Refuses a request. */
  refuse(peer: Peer, detail: string, subject = ""): Response {
    this.#options.audit.note({ action: "refuse", actor: peer.network, subject, detail });
    return forbidden();
  }

  #identify(
    { headers }: Request,
    peer: Peer,
    anonymous: Caller | undefined,
  ): Awaitable<Caller | Response> {
    const { credentials } = this.#options;
    if (this.#failures.size > 0) {
      const limit = this.#failures.check(peer.network, this.#now());
      if (!limit.ok && !credentials.isProven(headers)) {
        return this.#limit(peer.network, limit, "wrong credentials");
      }
    }
    const found = credentials.identify(headers);
    const judge = (found: Identification) => this.#judge(found, { headers, peer, anonymous });
    return found instanceof Promise ? found.then(judge) : judge(found);
  }

  #judge(
    found: Identification,
    { headers, peer, anonymous }: {
      readonly headers: Headers;
      readonly peer: Peer;
      readonly anonymous: Caller | undefined;
    },
  ): Caller | Response {
    if (found.kind === "closed") return this.refuse(peer, found.reason);
    if (found.kind === "none") return anonymous ?? this.#refuseStranger(peer, "no credentials");
    if (found.kind === "wrong") {
      this.#failures.take(peer.network, this.#now());
      const refusal = this.#refuseStranger(peer, found.reason);
      if (!headers.has("authorization") || refusal.status !== STATUS_CODE.Forbidden) return refusal;
      return answer(STATUS_CODE.Unauthorized, "unauthorized", { "WWW-Authenticate": "Bearer" });
    }
    const { caller } = found;
    if (caller.rights.speak || caller.rights.approve) return caller;
    return this.refuse(peer, "no rights", caller.id);
  }

  #refuseStranger(peer: Peer, detail: string): Response {
    return this.admitStranger(peer) ?? this.refuse(peer, detail);
  }

  #limit(actor: string, { retryAfterMs }: Extract<RateLimit, { ok: false }>, what: string) {
    this.#options.audit.note({ action: "rate-limit", actor, subject: "", detail: what });
    return answer(STATUS_CODE.TooManyRequests, `too many ${what}: try again later`, {
      "Retry-After": String(Math.ceil(retryAfterMs / 1000)),
    });
  }
}
