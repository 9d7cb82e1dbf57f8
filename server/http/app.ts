/**
 * The HTTP side: what comes in at the port, as a function from request to response.
 *
 * The way of a request: guard (Host, Origin) → route → identify and gate the sender → read the body
 * within limits → verdict or event → journal → answer.
 *
 * @module
 */

import { STATUS_CODE } from "@std/http/status";
import type { StreamFormat } from "../../lib/event/outbound.ts";
import { parseRequestTarget, type RequestTarget } from "../../lib/http/parse_request_target.ts";
import {
  LOOPBACK_HOSTNAMES,
  VALID,
  validateHost,
  type Validation,
} from "../../lib/http/validate_host.ts";
import { validateOrigin } from "../../lib/http/validate_origin.ts";
import { AccessFileError, type AccessStore } from "../access/store.ts";
import type { Caller } from "../access/credentials.ts";
import { describeFault } from "../runtime/log.ts";
import type { EventStream } from "./event_stream.ts";
import type { FeedServer } from "../feed/server.ts";
import type { Gatekeeper } from "./gatekeeper.ts";
import { answer, answerJson, forbidden, notAllowed } from "./answer.ts";
import { createApi, type HttpApiOptions } from "./api.ts";
import { createPairing, type HttpPairingOptions } from "./pairing.ts";
import { createReceiver, type HttpReceiverOptions, type Poster } from "./receiver.ts";
import { createSignIn, type HttpSignInOptions } from "./sign_in.ts";
import { JournalError } from "../journal/error.ts";
import type { Peer } from "./peer.ts";
import type { WebhookRoutes } from "./webhook_routes.ts";

/** What the HTTP side works with. */
export interface HttpAppOptions
  extends HttpReceiverOptions, HttpApiOptions, HttpPairingOptions, HttpSignInOptions {
  /** Who was let in. */
  readonly access: Pick<AccessStore, "read" | "update">;
  /** Decides who is let in. */
  readonly gatekeeper: Gatekeeper;
  /** Takes the deliveries of sources. */
  readonly sources: Pick<WebhookRoutes, "find">;
  /** Further names by which the `Host` header may call the server. */
  readonly allowedHosts: readonly string[];
  /** The listeners at `GET /events`. */
  readonly stream: Pick<EventStream<Caller>, "listen">;
  /** The feeds of the other processes at `GET /feed`. */
  readonly feeds: Pick<FeedServer, "accept">;
  /** What `GET /healthz` tells on this machine. */
  readonly health: () => Readonly<Record<string, string | number>>;
}

/** Answers a request; it never rejects. */
export type HttpApp = (request: Request, peer: Peer) => Promise<Response>;

const READ_METHODS = "GET, HEAD";

const PAIRING_REGEXP = /^\/pair\/([A-Za-z0-9_-]{22})$/;

/** Drops a body that nobody has read; otherwise the runtime closes the connection, which costs more. */
function dropBody(request: Request): void {
  if (request.body !== null && !request.bodyUsed) request.body.cancel().catch(() => {});
}

/** Whether a request was made on this machine: nobody has passed it on, and it says no other name. */
function isLocal({ headers }: Request, { listener }: Peer, { authority }: RequestTarget): boolean {
  return listener.isLoopback && headers.get("x-forwarded-for") === null &&
    validateHost(headers.get("host") ?? authority).ok && validateHost(authority).ok;
}

function isRead(method: string): boolean {
  return method === "GET" || method === "HEAD";
}

/**
 * Creates the HTTP side of a channel.
 *
 * @param options What it works with.
 * @returns Answers requests.
 */
export function createHttpApp(options: HttpAppOptions): HttpApp {
  const { gatekeeper, sources, stream, feeds, health, log } = options;
  const hosts = [...LOOPBACK_HOSTNAMES, ...options.allowedHosts];
  const receive = createReceiver(options);
  const api = createApi(options);
  const pairing = createPairing(options);
  const signIn = createSignIn(options);

  /** The last host that was right: nearly all requests name one and the same. */
  let rightHost: string | undefined;

  function checkHost(host: string | null): Validation {
    if (host !== null && host === rightHost) return VALID;
    const validation = validateHost(host, hosts);
    if (validation.ok) rightHost = host ?? undefined;
    return validation;
  }

  function checkSite({ headers }: Request, peer: Peer, authority: string): Validation {
    // HTTP/2, which browsers speak with TLS, names the host in the URL only.
    const host = headers.get("host") ?? (peer.listener.isSecure ? authority : null);
    const byHeader = checkHost(host);
    if (!byHeader.ok) return byHeader;
    // "POST http://evil.example/" names another host than the header does, and has precedence.
    const byUrl = checkHost(authority);
    if (!byUrl.ok) return byUrl;
    return validateOrigin({
      host: host ?? "",
      origin: headers.get("origin"),
      secFetchSite: headers.get("sec-fetch-site"),
    });
  }

  /** The refusal of a request from a foreign host or site, or nothing. */
  function guard(request: Request, peer: Peer, { authority }: RequestTarget): Response | undefined {
    const site = checkSite(request, peer, authority);
    if (!site.ok) return gatekeeper.refuseForeign(peer, site);
    if (!peer.listener.isForProxies || peer.isProxy) return undefined;
    return gatekeeper.refuse(peer, "not through the proxy");
  }

  async function listen(request: Request, peer: Peer, { query }: RequestTarget) {
    const caller = await gatekeeper.identifyListener(request, peer);
    if (caller instanceof Response) return caller;
    const { format = "plain" } = query;
    if (format !== "plain" && format !== "json") {
      return answer(STATUS_CODE.BadRequest, 'unknown format: expected "plain" or "json"');
    }
    const lastId = request.headers.get("last-event-id");
    if (lastId !== null && !/^\d{1,15}$/.test(lastId)) {
      return answer(STATUS_CODE.BadRequest, "Last-Event-ID: expected a number");
    }
    const headers = { "Content-Type": "text/event-stream", "Cache-Control": "no-store" };
    if (request.method === "HEAD") return new Response(null, { headers });
    const body = stream.listen({
      caller,
      format: format satisfies StreamFormat,
      after: lastId === null ? undefined : Number(lastId),
    });
    if (typeof body !== "string") return new Response(body, { headers });
    const status = body === "too many streams of this sender"
      ? STATUS_CODE.TooManyRequests
      : STATUS_CODE.ServiceUnavailable;
    return answer(status, body, { Connection: "close", "Retry-After": "5" });
  }

  async function read(request: Request, peer: Peer, target: RequestTarget): Promise<Response> {
    const { path, query } = target;
    if (path === "/events") return await listen(request, peer, target);
    if (path === "/healthz") {
      const details = isLocal(request, peer, target) ? health() : {};
      return answerJson({ status: "ok", ...details });
    }
    if (path === "/feed") {
      const mayFeed = peer.listener.hasFeeds && isLocal(request, peer, target);
      return mayFeed ? feeds.accept(request, query.nonce) : forbidden();
    }
    const [, pairingId] = PAIRING_REGEXP.exec(path) ?? [];
    if (pairingId !== undefined) {
      return gatekeeper.admitStranger(peer) ?? await pairing.poll(pairingId, peer);
    }
    const caller = await gatekeeper.identify(request, peer);
    return caller instanceof Response ? caller : api.read(caller, path);
  }

  function write(
    request: Request,
    peer: Peer,
    target: RequestTarget,
  ): Response | Promise<Response> {
    const admit = (caller: Caller | Response): Response | Promise<Response> => {
      if (caller instanceof Response) return caller;
      const refusal = gatekeeper.admit(caller, peer);
      if (refusal !== undefined) return refusal;
      const poster: Poster = { ...caller, peer };
      return target.path.startsWith("/api/")
        ? api.write(request, target.path, poster)
        : receive(request, target, poster);
    };
    const caller = gatekeeper.identify(request, peer);
    return caller instanceof Promise ? caller.then(admit) : admit(caller);
  }

  /** Answers what is no delivery of a source. */
  function answerSender(
    request: Request,
    peer: Peer,
    target: RequestTarget,
  ): Response | Promise<Response> {
    const { method } = request;
    if (method === "POST") return write(request, peer, target);
    if (!target.path.startsWith("/api/")) return notAllowed("POST");
    return isRead(method) ? read(request, peer, target) : notAllowed("GET, HEAD, POST");
  }

  /** Answers a delivery, where a source has the path. */
  async function answerSource(
    found: ReturnType<WebhookRoutes["find"]>,
    request: Request,
    peer: Peer,
    target: RequestTarget,
  ): Promise<Response> {
    const receiver = await found;
    if (receiver === undefined) return await answerSender(request, peer, target);
    if (request.method !== "POST") return notAllowed("POST");
    const response = gatekeeper.refuseClosed(peer) ?? await receiver.receive(request, peer);
    // Only what does not hold is limited: behind a tunnel the provider has the forger's address.
    const isForged = response.status === STATUS_CODE.Unauthorized;
    return isForged ? gatekeeper.admitStranger(peer) ?? response : response;
  }

  function route(
    request: Request,
    peer: Peer,
    target: RequestTarget,
  ): Response | Promise<Response> {
    const { method } = request;
    const { path } = target;
    if (path === "/session") {
      const isAllowed = isRead(method) || method === "POST" || method === "DELETE";
      return isAllowed ? signIn(request, peer) : notAllowed("GET, HEAD, POST, DELETE");
    }
    if (path === "/pair") {
      if (method !== "POST") return notAllowed("POST");
      return gatekeeper.admitStranger(peer) ?? pairing.request(request, peer);
    }
    if (path.startsWith("/pair/")) {
      // The answer has the token once: a HEAD would take it and show it to nobody.
      return method === "GET" ? read(request, peer, target) : notAllowed("GET");
    }
    if (path === "/events" || path === "/healthz" || path === "/feed") {
      return isRead(method) ? read(request, peer, target) : notAllowed(READ_METHODS);
    }
    const found = sources.find(path);
    return found === undefined
      ? answerSender(request, peer, target)
      : answerSource(found, request, peer, target);
  }

  function fail(error: unknown): Response {
    if (error instanceof JournalError || error instanceof AccessFileError) {
      const what = error instanceof JournalError ? "journal" : "access file";
      return answer(STATUS_CODE.ServiceUnavailable, `the ${what} cannot be used: see the log`, {
        "Retry-After": "5",
      });
    }
    const faultId = crypto.randomUUID();
    log.warn(`Internal error ${faultId}: ${describeFault(error)}`);
    return answer(STATUS_CODE.InternalServerError, `internal error ${faultId}`);
  }

  return async (request, peer) => {
    let response: Response;
    try {
      const target = parseRequestTarget(request.url);
      response = guard(request, peer, target) ?? await route(request, peer, target);
    } catch (error) {
      response = fail(error);
    }
    if (response.status >= STATUS_CODE.BadRequest) dropBody(request);
    return response;
  };
}
