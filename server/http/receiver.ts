/**
 * Posts: an event for a session, or a verdict on a permission request.
 *
 * @module
 */

import { STATUS_CODE } from "@std/http/status";
import { cleanContent, MAX_CONTENT_CODE_POINTS } from "../../lib/text/clean_content.ts";
import { formatEventId } from "../../lib/event/event_id.ts";
import { readEventRequest } from "../../lib/event/event_request.ts";
import { tryParseVerdict, type Verdict } from "../../lib/permission/verdict.ts";
import { HOW_TO_ANSWER_CODE_POINTS } from "../../lib/event/pushed_event.ts";
import type { BodyReader } from "./body_reader.ts";
import type { Caller } from "../access/credentials.ts";
import type { Taken } from "../event/dispatcher.ts";
import type { Settlement } from "../event/settle_verdict.ts";
import type { IncomingEvent } from "../event/types.ts";
import type { Gatekeeper } from "./gatekeeper.ts";
import { answer, forbidden, refuseBody } from "./answer.ts";
import type { Peer } from "./peer.ts";
import type { Exchange } from "./router.ts";
import { answerTaken } from "./answer_taken.ts";

/** The parts that posts work with. */
export interface ReceiverContext {
  readonly bodies: Pick<BodyReader, "read">;
  readonly gatekeeper: Pick<Gatekeeper, "identify" | "admit" | "recall">;
  /** Takes an event in. */
  readonly take: (event: IncomingEvent) => Promise<Taken>;
  /** Gives a permission request its verdict. */
  readonly settle: (verdict: Verdict, poster: Poster) => Settlement;
}

/** A sender that was let in, on a connection. */
interface Poster extends Caller {
  readonly peer: Peer;
}

/** The longest text of an event; the line that says how to answer it comes on top. */
const MAX_TEXT_CODE_POINTS = MAX_CONTENT_CODE_POINTS - HOW_TO_ANSWER_CODE_POINTS;

/** Tells an approver what a verdict did. */
export function answerSettlement(settlement: Settlement): Response {
  return settlement.ok
    ? answer(STATUS_CODE.OK, "verdict recorded", { "X-Event-Id": formatEventId(settlement.seq) })
    : answer(STATUS_CODE.Conflict, `no effect: ${settlement.message}`);
}

/** Answers a POST to any path that means nothing else: takes in an event, or a verdict. */
export async function postEvent(
  { request, peer, target }: Exchange,
  { bodies, gatekeeper, take, settle }: ReceiverContext,
): Promise<Response> {
  const found = gatekeeper.identify(request, peer);
  const poster = found instanceof Promise ? await found : found;
  if (poster instanceof Response) return poster;
  const refusal = gatekeeper.admit(poster, peer);
  if (refusal !== undefined) return refusal;
  const body = await bodies.read(request);
  if (!body.ok) return refuseBody(body);
  const caller = gatekeeper.recall(poster, peer);
  if (caller instanceof Response) return caller;
  const verdict = tryParseVerdict(body.text);
  if (verdict !== undefined) {
    return caller.rights.approve
      ? answerSettlement(settle(verdict, { ...poster, peer }))
      : forbidden();
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
    // The content is the body unless cleaning has changed it.
    raw: body.text === content ? undefined : new TextEncoder().encode(body.text),
    target: event.target,
    repository: event.repository,
    delivery: event.delivery,
  });
  return answerTaken(taken, { name: event.target ?? "", changes: event.changes });
}
