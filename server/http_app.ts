/**
 * The HTTP side: what comes in at the port, as a function from request to response.
 *
 * The way of a request: guard (Host, Origin) → route → identify and gate the sender → read the body
 * within limits → verdict or event → session.
 *
 * @module
 */

import { STATUS_CODE, type StatusCode } from "@std/http/status";
import type { Allowlist, SenderRights } from "../lib/allowlist.ts";
import type { EventIdFactory } from "../lib/event_id.ts";
import { createEventMeta } from "../lib/event_meta.ts";
import { parseRequestTarget, type RequestTarget } from "../lib/parse_request_target.ts";
import { tryParseVerdict, type Verdict } from "../lib/parse_verdict.ts";
import type { PermissionRegistry } from "../lib/permission_registry.ts";
import type { MetaChange } from "../lib/sanitize_meta.ts";
import { validateHost } from "../lib/validate_host.ts";
import { validateOrigin } from "../lib/validate_origin.ts";
import type { BodyReader } from "./body_reader.ts";
import { type Channel, NotConnectedError } from "./create_channel.ts";
import { describeFault } from "./describe_fault.ts";
import type { EventStream } from "./event_stream.ts";
import type { Logger } from "./log.ts";
import { QueueFullError } from "./stdio_transport.ts";

/** What the HTTP side works with. */
export interface HttpAppOptions {
  /** The session that events and verdicts go to. */
  readonly channel: Pick<Channel, "push" | "permit">;
  /** Who may speak and approve; the `X-Sender` header is trusted to name the sender. */
  readonly allowlist: Allowlist;
  /** The permission requests that wait for a verdict. */
  readonly permissions: PermissionRegistry;
  /** The listeners at `GET /events`. */
  readonly events: Pick<EventStream, "listen" | "size">;
  /** Reads bodies within limits. */
  readonly bodies: Pick<BodyReader, "read">;
  /** Makes the ids of events. */
  readonly ids: Pick<EventIdFactory, "next">;
  /** What `GET /healthz` tells of the process. */
  readonly health: Readonly<Record<string, string | number>>;
  /** Where problems are reported. */
  readonly log: Logger;
}

/** Answers a request; it never rejects. */
export type HttpApp = (request: Request) => Promise<Response>;

const READ_METHODS = "GET, HEAD";

/** Setting headers afterwards takes a sixth of the time that `ResponseInit` takes for them. */
function answer(status: StatusCode, text: string, headers: Record<string, string> = {}): Response {
  const response = status === STATUS_CODE.OK ? new Response(text) : new Response(text, { status });
  for (const name in headers) response.headers.set(name, headers[name] ?? "");
  return response;
}

function notAllowed(allow: string): Response {
  return answer(STATUS_CODE.MethodNotAllowed, `method not allowed: expected ${allow}`, {
    Allow: allow,
  });
}

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
 * One header line that says what became of the sender's own meta, such as `run-id renamed (run_id)`;
 * names are percent-encoded, and beyond sixteen they are only counted.
 */
function formatChanges(changes: readonly MetaChange[]): string {
  const named = changes.slice(0, 16).map(({ key, action, detail }) =>
    `${encodeURIComponent(key.slice(0, 64).toWellFormed())} ${action} (${detail})`
  );
  const rest = changes.length - named.length;
  return (rest > 0 ? [...named, `${rest} more`] : named).join(", ");
}

/**
 * Creates the HTTP side of a channel.
 *
 * @param options What it works with.
 * @returns A handler for `Deno.serve`.
 */
export function createHttpApp(options: HttpAppOptions): HttpApp {
  const { channel, allowlist, permissions, events, bodies, ids, health, log } = options;

  function listen(method: string): Response {
    if (!isRead(method)) return notAllowed(READ_METHODS);
    const headers = { "Content-Type": "text/event-stream", "Cache-Control": "no-store" };
    if (method === "HEAD") return new Response(null, { headers });
    const stream = events.listen();
    if (stream !== undefined) return new Response(stream, { headers });
    return answer(STATUS_CODE.ServiceUnavailable, "too many streams", {
      Connection: "close",
      "Retry-After": "5",
    });
  }

  function reportHealth(method: string): Response {
    if (!isRead(method)) return notAllowed(READ_METHODS);
    return Response.json({ status: "ok", ...health, streams: events.size }, {
      headers: { "Cache-Control": "no-store" },
    });
  }

  async function settle(verdict: Verdict, rights: SenderRights): Promise<Response> {
    if (!rights.approve) return answer(STATUS_CODE.Forbidden, "forbidden");
    const settlement = permissions.settle(verdict, Date.now());
    if (!settlement.ok) {
      return answer(STATUS_CODE.Conflict, `no effect: ${settlement.message}`);
    }
    try {
      await channel.permit(verdict.requestId, verdict.behavior);
    } catch (error) {
      permissions.reopen(verdict.requestId);
      throw error;
    }
    return answer(STATUS_CODE.OK, "verdict recorded", { "X-Event-Id": ids.next(Date.now()) });
  }

  async function push(sender: string, target: RequestTarget, content: string): Promise<Response> {
    const eventId = ids.next(Date.now());
    const chatId = eventId.replace("evt", "chat");
    const own = { chat_id: chatId, event_id: eventId, sender, path: target.path };
    const { record, changes: left } = createEventMeta(own, target.query);
    const changes = [...left, ...await channel.push({ content, meta: record })];
    const response = answer(STATUS_CODE.OK, "ok", { "X-Event-Id": eventId });
    if (changes.length > 0) response.headers.set("X-Meta-Changes", formatChanges(changes));
    return response;
  }

  async function receive(request: Request, target: RequestTarget): Promise<Response> {
    if (request.method !== "POST") return notAllowed("POST");
    const sender = request.headers.get("x-sender");
    const rights = allowlist.rightsOf(sender);
    if (sender === null || !(rights.speak || rights.approve)) {
      return answer(STATUS_CODE.Forbidden, "forbidden");
    }
    const body = await bodies.read(request);
    if (!body.ok) return answer(body.status, body.message, { Connection: "close" });
    const verdict = tryParseVerdict(body.text);
    if (verdict !== undefined) return await settle(verdict, rights);
    if (!rights.speak) return answer(STATUS_CODE.Forbidden, "forbidden");
    return await push(sender, target, body.text);
  }

  function fail(error: unknown): Response {
    if (error instanceof NotConnectedError || error instanceof QueueFullError) {
      return answer(STATUS_CODE.ServiceUnavailable, error.message, { "Retry-After": "5" });
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
      if (target.path === "/events") return listen(request.method);
      if (target.path === "/healthz") return reportHealth(request.method);
      return await receive(request, target);
    } catch (error) {
      return fail(error);
    }
  };
}
