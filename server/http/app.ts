/**
 * The HTTP side: what comes in at the port, as a function from request to response.
 *
 * The way of a request: guard (Host, Origin) → route → identify and admit the sender → read the body
 * within limits → verdict or event → journal → answer.
 *
 * @module
 */

import { STATUS_CODE } from "@std/http/status";
import { parseRequestTarget } from "../../lib/http/parse_request_target.ts";
import {
  LOOPBACK_HOSTNAMES,
  VALID,
  validateHost,
  type Validation,
} from "../../lib/http/validate_host.ts";
import { validateOrigin } from "../../lib/http/validate_origin.ts";
import { AccessFileError } from "../access/store.ts";
import { JournalError } from "../journal/error.ts";
import { describeFault, type Logger } from "../runtime/log.ts";
import { answer } from "./answer.ts";
import {
  type ApiContext,
  decidePermission,
  listPermissions,
  listSessions,
  refuseUnknown,
  showEvent,
} from "./api.ts";
import type { BodyReader } from "./body_reader.ts";
import type { Gatekeeper } from "./gatekeeper.ts";
import { acceptFeed, challengeFeed, type LocalContext, showHealth } from "./local.ts";
import { listen, type ListenContext } from "./listen.ts";
import { type PairingContext, pollPairing, requestPairing } from "./pairing.ts";
import type { Peer } from "./peer.ts";
import { postEvent, type ReceiverContext } from "./receiver.ts";
import { type Exchange, Router, toMethods } from "./router.ts";
import { showSession, signIn, type SignInContext, signOut } from "./sign_in.ts";
import type { WebhookRoutes } from "./webhook_routes.ts";

/** The parts that the HTTP side works with. */
interface HttpContext
  extends ApiContext, ListenContext, LocalContext, PairingContext, ReceiverContext, SignInContext {
  readonly bodies: Pick<BodyReader, "read" | "readUnprovenText">;
  readonly gatekeeper: Gatekeeper;
  readonly sources: Pick<WebhookRoutes, "find">;
  /** Further names by which the `Host` header may call the server. */
  readonly allowedHosts: readonly string[];
  readonly log: Logger;
}

/** Answers a request; it never rejects. */
export type HttpApp = (request: Request, peer: Peer) => Promise<Response>;

const ROUTES = new Router<HttpContext>([
  ["/session", "GET, HEAD", showSession],
  ["/session", "POST", signIn],
  ["/session", "DELETE", signOut],
  ["/pair", "POST", requestPairing],
  // Not HEAD: the answer has the token once, and a HEAD would take it and drop it.
  ["/pair/*", "GET", pollPairing],
  ["/events", "GET, HEAD", listen],
  ["/healthz", "GET, HEAD", showHealth],
  ["/feed", "GET", challengeFeed],
  ["/feed", "POST", acceptFeed],
  ["/api/sessions", "GET, HEAD", listSessions],
  ["/api/events/:id", "GET, HEAD", showEvent],
  ["/api/permissions", "GET, HEAD", listPermissions],
  ["/api/permissions/:id", "POST", decidePermission],
  ["/api/*", "GET, HEAD", refuseUnknown],
]);

/** A path of a source. */
const DELIVERIES = toMethods<HttpContext>([["POST", deliver]]);

/** Any other path. */
const EVENTS = toMethods<HttpContext>([["POST", postEvent]]);

/** Answers a delivery of a source. */
export async function deliver(
  { request, peer, receiver }: Exchange,
  { gatekeeper }: { readonly gatekeeper: Pick<Gatekeeper, "admitStranger" | "refuseClosed"> },
): Promise<Response> {
  if (receiver === undefined) return answer(STATUS_CODE.NotFound, "not found");
  const response = gatekeeper.refuseClosed(peer) ?? await receiver.receive(request, peer);
  // Only forged deliveries are limited: behind a tunnel the provider has the address of the forger.
  const isForged = response.status === STATUS_CODE.Unauthorized;
  return isForged ? gatekeeper.admitStranger(peer) ?? response : response;
}

function refuseMethod(methods: Iterable<string>): Response {
  const allow = [...methods].join(", ");
  return answer(STATUS_CODE.MethodNotAllowed, `method not allowed: expected ${allow}`, {
    Allow: allow,
  });
}

function answerFault(error: unknown, log: Logger): Response {
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

/** Drops a body that was not read; otherwise the runtime closes the connection, which costs more. */
function dropBody(request: Request): void {
  if (request.body !== null && !request.bodyUsed) request.body.cancel().catch(() => {});
}

/** Creates the HTTP side of a channel. */
export function createHttpApp(context: HttpContext): HttpApp {
  const { gatekeeper, sources, log } = context;
  const hosts = [...LOOPBACK_HOSTNAMES, ...context.allowedHosts];

  /** The last host that was right: nearly all requests name one and the same. */
  let rightHost: string | undefined;

  function validateHosts(host: string | null, authority: string): Validation {
    const byHeader = validateHost(host, hosts);
    if (!byHeader.ok) return byHeader;
    // "POST http://evil.example/" names another host than the header does, and has precedence.
    const byUrl = validateHost(authority, hosts);
    if (byUrl.ok && host === authority) rightHost = authority;
    return byUrl;
  }

  function guard({ headers }: Request, peer: Peer, authority: string): Response | undefined {
    // HTTP/2, which browsers speak with TLS, names the host in the URL only.
    const host = headers.get("host") ?? (peer.listener.isSecure ? authority : null);
    const isRight = host === rightHost && authority === rightHost;
    const byHost = isRight ? VALID : validateHosts(host, authority);
    if (!byHost.ok) return gatekeeper.refuseForeign(peer, byHost);
    const byOrigin = validateOrigin({
      host: host ?? "",
      origin: headers.get("origin"),
      secFetchSite: headers.get("sec-fetch-site"),
    });
    if (!byOrigin.ok) return gatekeeper.refuseForeign(peer, byOrigin);
    if (!peer.listener.isForProxies || peer.isProxy) return undefined;
    return gatekeeper.refuse(peer, "not through the proxy");
  }

  return async (request, peer) => {
    let response: Response | undefined;
    try {
      const target = parseRequestTarget(request.url);
      response = guard(request, peer, target.authority);
      if (response === undefined) {
        const route = ROUTES.find(target.path);
        const found = route === undefined ? sources.find(target.path) : undefined;
        const receiver = found instanceof Promise ? await found : found;
        const methods = route?.methods ?? (receiver === undefined ? EVENTS : DELIVERIES);
        const handler = methods.get(request.method);
        const exchange = { request, peer, target, id: route?.id ?? "", receiver };
        response = handler === undefined
          ? refuseMethod(methods.keys())
          : await handler(exchange, context);
      }
    } catch (error) {
      response = answerFault(error, log);
    }
    if (response.status >= STATUS_CODE.BadRequest) dropBody(request);
    return response;
  };
}
