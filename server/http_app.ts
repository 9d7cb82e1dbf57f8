/**
 * The HTTP side: what comes in at the port, as a function from request to response.
 *
 * The way of a request: guard (Host, Origin) → route → identify and gate the sender → read the body
 * within limits → verdict or event → journal → answer.
 *
 * @module
 */

import { STATUS_CODE } from "@std/http/status";
import type { Allowlist } from "../lib/allowlist.ts";
import type { StreamFormat } from "../lib/outbound.ts";
import { parseRequestTarget, type RequestTarget } from "../lib/parse_request_target.ts";
import { validateHost } from "../lib/validate_host.ts";
import { validateOrigin } from "../lib/validate_origin.ts";
import { describeFault } from "./describe_fault.ts";
import type { EventStream } from "./event_stream.ts";
import type { FeedServer } from "./feed_server.ts";
import { answer, answerJson, forbidden, notAllowed } from "./http_answer.ts";
import { createApi, type HttpApiOptions } from "./http_api.ts";
import { createReceiver, type HttpReceiverOptions } from "./http_receiver.ts";
import { JournalError } from "./journal_error.ts";
import type { Logger } from "./log.ts";

/** What the HTTP side works with. */
export interface HttpAppOptions extends HttpReceiverOptions, HttpApiOptions {
  /** Who may speak and approve; the `X-Sender` header is trusted to name the sender. */
  readonly allowlist: Allowlist;
  /** The listeners at `GET /events`. */
  readonly stream: Pick<EventStream, "listen">;
  /** The feeds of the other processes at `GET /feed`. */
  readonly feeds: Pick<FeedServer, "accept">;
  /** What `GET /healthz` tells. */
  readonly health: () => Readonly<Record<string, string | number>>;
  /** Where problems are reported. */
  readonly log: Logger;
}

/** Answers a request; it never rejects. */
export type HttpApp = (request: Request) => Promise<Response>;

const READ_METHODS = "GET, HEAD";

function isRead(method: string): boolean {
  return method === "GET" || method === "HEAD";
}

/** The refusal of a request from a foreign host or site, or nothing. */
function guard(headers: Headers): Response | undefined {
  const host = headers.get("host");
  const byHost = validateHost(host);
  if (!byHost.ok) return answer(STATUS_CODE.Forbidden, `forbidden: ${byHost.message}`);
  const byOrigin = validateOrigin({
    host: host ?? "",
    origin: headers.get("origin"),
    secFetchSite: headers.get("sec-fetch-site"),
  });
  if (!byOrigin.ok) return answer(STATUS_CODE.Forbidden, `forbidden: ${byOrigin.message}`);
  return undefined;
}

/**
 * Creates the HTTP side of a channel.
 *
 * @param options What it works with.
 * @returns A handler for `Deno.serve`.
 */
export function createHttpApp(options: HttpAppOptions): HttpApp {
  const { allowlist, stream, feeds, health, log } = options;
  const receive = createReceiver(options);
  const readApi = createApi(options);

  function listen({ method, headers }: Request, { query }: RequestTarget): Response {
    const { format = "plain" } = query;
    if (format !== "plain" && format !== "json") {
      return answer(STATUS_CODE.BadRequest, 'unknown format: expected "plain" or "json"');
    }
    const lastId = headers.get("last-event-id");
    if (lastId !== null && !/^\d{1,15}$/.test(lastId)) {
      return answer(STATUS_CODE.BadRequest, "Last-Event-ID: expected a number");
    }
    const response = { "Content-Type": "text/event-stream", "Cache-Control": "no-store" };
    if (method === "HEAD") return new Response(null, { headers: response });
    const body = stream.listen({
      format: format satisfies StreamFormat,
      after: lastId === null ? undefined : Number(lastId),
    });
    if (body !== undefined) return new Response(body, { headers: response });
    return answer(STATUS_CODE.ServiceUnavailable, "too many streams", {
      Connection: "close",
      "Retry-After": "5",
    });
  }

  function read(request: Request, target: RequestTarget): Response {
    if (!isRead(request.method)) return notAllowed(READ_METHODS);
    if (target.path === "/events") return listen(request, target);
    if (target.path === "/healthz") return answerJson({ status: "ok", ...health() });
    if (target.path === "/feed") return feeds.accept(request, target.query.nonce);
    const sender = request.headers.get("x-sender");
    const { speak, approve } = allowlist.rightsOf(sender);
    return sender !== null && (speak || approve) ? readApi(sender, target.path) : forbidden();
  }

  async function write(request: Request, target: RequestTarget): Promise<Response> {
    if (request.method !== "POST") return notAllowed("POST");
    const sender = request.headers.get("x-sender");
    const rights = allowlist.rightsOf(sender);
    if (sender === null || !(rights.speak || rights.approve)) return forbidden();
    return await receive(request, target, { id: sender, rights });
  }

  function fail(error: unknown): Response {
    if (error instanceof JournalError) {
      return answer(STATUS_CODE.ServiceUnavailable, "the journal cannot be used: see the log", {
        "Retry-After": "5",
      });
    }
    const faultId = crypto.randomUUID();
    log.warn(`Internal error ${faultId}: ${describeFault(error)}`);
    return answer(STATUS_CODE.InternalServerError, `internal error ${faultId}`);
  }

  return async (request) => {
    try {
      const refusal = guard(request.headers);
      if (refusal !== undefined) return refusal;
      const target = parseRequestTarget(request.url);
      const { path } = target;
      const isOwn = path === "/events" || path === "/healthz" || path === "/feed" ||
        path.startsWith("/api/");
      return isOwn ? read(request, target) : await write(request, target);
    } catch (error) {
      return fail(error);
    }
  };
}
