/**
 * What senders may ask for and say under `/api`.
 *
 * @module
 */

import { STATUS_CODE } from "@std/http/status";
import { tryParseEventId } from "../../lib/event/event_id.ts";
import type { EventRecord } from "../../lib/event/event_record.ts";
import type { Verdict } from "../../lib/permission/verdict.ts";
import { isRequestId } from "../../lib/permission/request_id.ts";
import { toEventStatus, toPermissionStatus, toSessionStatus } from "../../lib/event/status_json.ts";
import type { BodyReader } from "./body_reader.ts";
import type { Caller } from "../access/credentials.ts";
import type { Gatekeeper } from "./gatekeeper.ts";
import { answer, answerJson, forbidden, notAllowed } from "./answer.ts";
import { answerSettlement, type Poster } from "./receiver.ts";
import type { Settlement } from "../event/settle_verdict.ts";
import type { StoredPermission } from "../journal/permission_table.ts";
import { readFields } from "./read_fields.ts";
import type { StoredSession } from "../journal/session_table.ts";

/** What the API works with. */
export interface HttpApiOptions {
  /** Reads bodies within limits. */
  readonly bodies: Pick<BodyReader, "read">;
  /** Finds the event with a sequence number. */
  readonly findEvent: (seq: number) => EventRecord | undefined;
  /** The sessions that are open. */
  readonly sessions: () => readonly StoredSession[];
  /** The newest permission requests, the newest first. */
  readonly permissions: () => readonly StoredPermission[];
  /** Gives a permission request its verdict. */
  readonly settle: (verdict: Verdict, poster: Poster) => Settlement;
  /** Looks again who posts once the body is there. */
  readonly gatekeeper: Pick<Gatekeeper, "recall">;
}

/** Answers under `/api`. */
export interface HttpApi {
  /** Answers a question. */
  read(caller: Caller, path: string): Response;
  /** Takes what is posted. */
  write(request: Request, path: string, poster: Poster): Promise<Response>;
}

const EVENT_REGEXP = /^\/api\/events\/([^/]*)$/;

const PERMISSION_REGEXP = /^\/api\/permissions\/([^/]*)$/;

const PATHS = "/api/sessions, /api/events/<event id> and, for approvers, /api/permissions";

/** Creates what answers under `/api`. */
export function createApi(options: HttpApiOptions): HttpApi {
  const { bodies, findEvent, sessions, permissions, settle, gatekeeper } = options;

  function readEvent(id: string, caller: Caller): Response {
    const seq = tryParseEventId(id);
    if (seq === undefined) {
      return answer(STATUS_CODE.NotFound, "not found: an event id looks like evt_01k2v9q8m2n");
    }
    const event = findEvent(seq);
    return event !== undefined && event.sender === caller.id
      ? answerJson(toEventStatus(event))
      : answer(STATUS_CODE.NotFound, "not found: you have sent no event with this id");
  }

  return {
    read(caller, path) {
      if (path === "/api/sessions") return answerJson(sessions().map(toSessionStatus));
      if (path === "/api/permissions") {
        if (!caller.rights.approve) return forbidden();
        const now = Date.now();
        return answerJson(permissions().map((permission) => toPermissionStatus(permission, now)));
      }
      const [, eventId] = EVENT_REGEXP.exec(path) ?? [];
      if (eventId !== undefined) return readEvent(eventId, caller);
      return PERMISSION_REGEXP.test(path)
        ? notAllowed("POST")
        : answer(STATUS_CODE.NotFound, `not found: there are ${PATHS}`);
    },
    async write(request, path, poster) {
      const [, requestId] = PERMISSION_REGEXP.exec(path) ?? [];
      if (requestId === undefined) return notAllowed("GET, HEAD");
      if (!poster.rights.approve) return forbidden();
      const fields = await readFields(request, { bodies, names: ["behavior"] });
      if (!fields.ok) return fields.response;
      const caller = gatekeeper.recall(poster, poster.peer);
      if (caller instanceof Response) return caller;
      if (!caller.rights.approve) return forbidden();
      const { behavior } = fields.values;
      if (behavior !== "allow" && behavior !== "deny") {
        return answer(STATUS_CODE.BadRequest, 'behavior: expected "allow" or "deny"');
      }
      return isRequestId(requestId)
        ? answerSettlement(settle({ requestId, behavior }, poster))
        : answer(STATUS_CODE.NotFound, "not found: a request id has five letters");
    },
  };
}
