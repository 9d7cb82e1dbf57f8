import { STATUS_CODE } from "@std/http/status";
import type { Caller } from "../access/credentials.ts";
import { answer } from "./answer.ts";
import type { EventStream } from "./event_stream.ts";
import type { Gatekeeper } from "./gatekeeper.ts";
import type { Exchange } from "./router.ts";

/** The parts that `GET /events` works with. */
export interface ListenContext {
  readonly gatekeeper: Pick<Gatekeeper, "identify" | "anonymous">;
  readonly stream: Pick<EventStream<Caller>, "listen">;
}

/** Answers `GET /events`. */
export async function listen(
  { request, peer, target: { query } }: Exchange,
  { gatekeeper, stream }: ListenContext,
): Promise<Response> {
  const caller = await gatekeeper.identify(request, peer, gatekeeper.anonymous);
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
  const after = lastId === null ? undefined : Number(lastId);
  const body = stream.listen({ caller, format, after });
  if (typeof body !== "string") return new Response(body, { headers });
  const status = body === "too many streams of this sender"
    ? STATUS_CODE.TooManyRequests
    : STATUS_CODE.ServiceUnavailable;
  return answer(status, body, { Connection: "close", "Retry-After": "5" });
}
