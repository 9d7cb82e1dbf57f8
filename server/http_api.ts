/**
 * What senders may ask for under `/api`.
 *
 * @module
 */

import { STATUS_CODE } from "@std/http/status";
import { tryParseEventId } from "../lib/event_id.ts";
import type { EventRecord } from "../lib/event_record.ts";
import { toEventStatus, toSessionStatus } from "../lib/status_json.ts";
import { answer, answerJson } from "./http_answer.ts";
import type { StoredSession } from "./session_table.ts";

/** What the API works with. */
export interface HttpApiOptions {
  /** Finds the event with a sequence number. */
  readonly findEvent: (seq: number) => EventRecord | undefined;
  /** The sessions that are open. */
  readonly sessions: () => readonly StoredSession[];
}

/** Answers a sender's question by its path. */
export type HttpApi = (sender: string, path: string) => Response;

const EVENT_REGEXP = /^\/api\/events\/([^/]*)$/;

/** Creates what answers questions. */
export function createApi({ findEvent, sessions }: HttpApiOptions): HttpApi {
  return (sender, path) => {
    if (path === "/api/sessions") return answerJson(sessions().map(toSessionStatus));
    const [, id] = EVENT_REGEXP.exec(path) ?? [];
    if (id === undefined) {
      return answer(
        STATUS_CODE.NotFound,
        "not found: there are /api/sessions and /api/events/<event id>",
      );
    }
    const seq = tryParseEventId(id);
    if (seq === undefined) {
      return answer(STATUS_CODE.NotFound, "not found: an event id looks like evt_01k2v9q8m2n");
    }
    const event = findEvent(seq);
    return event !== undefined && event.sender === sender
      ? answerJson(toEventStatus(event))
      : answer(STATUS_CODE.NotFound, "not found: you have sent no event with this id");
  };
}
