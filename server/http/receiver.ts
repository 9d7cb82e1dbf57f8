/**
 * What is posted: an event for a session, or a verdict on what a session asked.
 *
 * @module
 */

import { STATUS_CODE } from "@std/http/status";
import { cleanContent, MAX_CONTENT_CODE_POINTS } from "../../lib/text/clean_content.ts";
import { formatEventId } from "../../lib/event/event_id.ts";
import { readEventRequest } from "../../lib/event/event_request.ts";
import type { RequestTarget } from "../../lib/http/parse_request_target.ts";
import { tryParseVerdict, type Verdict } from "../../lib/permission/verdict.ts";
import { HOW_TO_ANSWER_CODE_POINTS } from "../../lib/event/pushed_event.ts";
import type { BodyReader } from "./body_reader.ts";
import type { Caller } from "../access/credentials.ts";
import type { Taken } from "../event/dispatcher.ts";
import type { Settlement } from "../event/settle_verdict.ts";
import { type IncomingEvent, MAX_RAW_BYTES } from "../event/types.ts";
import type { Gatekeeper } from "./gatekeeper.ts";
import { answer, forbidden } from "./answer.ts";
import type { Peer } from "./peer.ts";
import { answerTaken } from "./answer_taken.ts";

/** What receiving works with. */
export interface HttpReceiverOptions {
  /** Reads bodies within limits. */
  readonly bodies: Pick<BodyReader, "read">;
  /** Takes an event in. */
  readonly take: (event: IncomingEvent) => Promise<Taken>;
  /** Gives a permission request its verdict. */
  readonly settle: (verdict: Verdict, poster: Poster) => Settlement;
  /** Looks again who posts once the body is there. */
  readonly gatekeeper: Pick<Gatekeeper, "recall">;
}

/** Who posts: a sender who was let in, and the other end of the request. */
export interface Poster extends Caller {
  /** The other end of the request. */
  readonly peer: Peer;
}

/** Answers a request that posts something. */
export type HttpReceiver = (
  request: Request,
  target: RequestTarget,
  poster: Poster,
) => Promise<Response>;

/** The longest text of an event; the line that says how to answer it comes on top. */
const MAX_TEXT_CODE_POINTS = MAX_CONTENT_CODE_POINTS - HOW_TO_ANSWER_CODE_POINTS;

/** The body as it was sent, where cleaning has changed it. */
function keepRaw(text: string, content: string): Uint8Array | undefined {
  return text === content
    ? undefined
    : new TextEncoder().encode(text.slice(0, MAX_RAW_BYTES)).subarray(0, MAX_RAW_BYTES);
}

/** Tells an approver what a verdict did. */
export function answerSettlement(settlement: Settlement): Response {
  return settlement.ok
    ? answer(STATUS_CODE.OK, "verdict recorded", { "X-Event-Id": formatEventId(settlement.seq) })
    : answer(STATUS_CODE.Conflict, `no effect: ${settlement.message}`);
}

/** Creates what answers requests that post something. */
export function createReceiver(options: HttpReceiverOptions): HttpReceiver {
  const { bodies, take, settle, gatekeeper } = options;
  return async (request, target, poster) => {
    const body = await bodies.read(request);
    if (!body.ok) return answer(body.status, body.message, { Connection: "close" });
    const caller = gatekeeper.recall(poster, poster.peer);
    if (caller instanceof Response) return caller;
    const verdict = tryParseVerdict(body.text);
    if (verdict !== undefined) {
      return caller.rights.approve ? answerSettlement(settle(verdict, poster)) : forbidden();
    }
    if (!caller.rights.speak) return forbidden();
    const { headers } = request;
    const event = readEventRequest(poster.id, target, {
      session: headers.get("x-session"),
      delivery: headers.get("idempotency-key") ?? headers.get("x-delivery-id"),
    });
    if (!event.ok) return answer(STATUS_CODE.BadRequest, event.message);
    const content = cleanContent(body.text, MAX_TEXT_CODE_POINTS);
    const taken = await take({
      source: "text",
      sender: poster.id,
      content,
      meta: event.meta,
      raw: keepRaw(body.text, content),
      target: event.target,
      repository: event.repository,
      delivery: event.delivery,
    });
    return answerTaken(taken, { name: event.target ?? "", changes: event.changes });
  };
}
