/**
 * The API under `/api`: the sessions, the events of a sender, and permission requests.
 *
 * @module
 */

import { STATUS_CODE } from "@std/http/status";
import { tryParseEventId } from "../../lib/event/event_id.ts";
import type { EventRecord } from "../../lib/event/event_record.ts";
import { isRequestId } from "../../lib/permission/request_id.ts";
import { toEventStatus, toPermissionStatus, toSessionStatus } from "../../lib/event/status_json.ts";
import type { Gatekeeper } from "./gatekeeper.ts";
import { answer, answerJson, forbidden } from "./answer.ts";
import { answerSettlement, type ReceiverContext } from "./receiver.ts";
import type { StoredPermission } from "../journal/permission_table.ts";
import { readFields } from "./read_fields.ts";
import type { Exchange } from "./router.ts";
import type { StoredSession } from "../journal/session_table.ts";

/** The parts that the API works with. */
export interface ApiContext extends Pick<ReceiverContext, "bodies" | "gatekeeper" | "settle"> {
  readonly findEvent: (seq: number) => EventRecord | undefined;
  /** The sessions that are open. */
  readonly sessions: () => readonly StoredSession[];
  /** The newest permission requests, the newest first. */
  readonly permissions: () => readonly StoredPermission[];
}

interface ReadContext {
  readonly gatekeeper: Pick<Gatekeeper, "identify">;
}

const PATHS = "/api/sessions, /api/events/<event id> and, for approvers, /api/permissions";

/** Answers `GET /api/sessions`. */
export async function listSessions(
  { request, peer }: Exchange,
  { gatekeeper, sessions }: ReadContext & Pick<ApiContext, "sessions">,
): Promise<Response> {
  const caller = await gatekeeper.identify(request, peer);
  return caller instanceof Response ? caller : answerJson(sessions().map(toSessionStatus));
}

/** Answers `GET /api/events/<event id>`. */
export async function showEvent(
  { request, peer, id }: Exchange,
  { gatekeeper, findEvent }: ReadContext & Pick<ApiContext, "findEvent">,
): Promise<Response> {
  const caller = await gatekeeper.identify(request, peer);
  if (caller instanceof Response) return caller;
  const seq = tryParseEventId(id);
  if (seq === undefined) {
    return answer(STATUS_CODE.NotFound, "not found: an event id looks like evt_01k2v9q8m2n");
  }
  const event = findEvent(seq);
  return event !== undefined && event.sender === caller.id
    ? answerJson(toEventStatus(event))
    : answer(STATUS_CODE.NotFound, "not found: you have sent no event with this id");
}

/** Answers `GET /api/permissions`. */
export async function listPermissions(
  { request, peer }: Exchange,
  { gatekeeper, permissions }: ReadContext & Pick<ApiContext, "permissions">,
): Promise<Response> {
  const caller = await gatekeeper.identify(request, peer);
  if (caller instanceof Response) return caller;
  if (!caller.rights.approve) return forbidden();
  const now = Date.now();
  return answerJson(permissions().map((permission) => toPermissionStatus(permission, now)));
}

/** Answers `POST /api/permissions/<request id>`: records a verdict. */
export async function decidePermission(
  { request, peer, id }: Exchange,
  { gatekeeper, bodies, settle }: Pick<ApiContext, "gatekeeper" | "bodies" | "settle">,
): Promise<Response> {
  const poster = await gatekeeper.identify(request, peer);
  if (poster instanceof Response) return poster;
  const refusal = gatekeeper.admit(poster, peer);
  if (refusal !== undefined) return refusal;
  if (!poster.rights.approve) return forbidden();
  const fields = await readFields(request, {
    read: (request) => bodies.read(request),
    names: ["behavior"],
  });
  if (!fields.ok) return fields.response;
  const caller = gatekeeper.recall(poster, peer);
  if (caller instanceof Response) return caller;
  if (!caller.rights.approve) return forbidden();
  const { behavior } = fields.values;
  if (behavior !== "allow" && behavior !== "deny") {
    return answer(STATUS_CODE.BadRequest, 'behavior: expected "allow" or "deny"');
  }
  return isRequestId(id)
    ? answerSettlement(settle({ requestId: id, behavior }, { ...poster, peer }))
    : answer(STATUS_CODE.NotFound, "not found: a request id has five letters");
}

/** Answers any other path under `/api`, and one that no pairing can have. */
export async function refuseUnknown(
  { request, peer }: Exchange,
  { gatekeeper }: ReadContext,
): Promise<Response> {
  const caller = await gatekeeper.identify(request, peer);
  return caller instanceof Response
    ? caller
    : answer(STATUS_CODE.NotFound, `not found: there are ${PATHS}`);
}
