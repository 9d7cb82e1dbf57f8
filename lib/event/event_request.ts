import { isRepositoryName, MAX_NAME_LENGTH } from "../session/names.ts";
import { createEventMeta } from "./event_meta.ts";
import type { RequestTarget } from "../http/parse_request_target.ts";
import { type MetaChange, sanitizeMeta } from "./sanitize_meta.ts";

/** The headers of a request that say something about its event. */
export interface EventHeaders {
  /** `X-Session`. */
  readonly session: string | null;
  /** `Idempotency-Key`, or else `X-Delivery-Id`. */
  readonly delivery: string | null;
}

/** The target and the attributes of an event, or the reason why it is refused. */
export type EventRequest =
  | {
    readonly ok: true;
    /** The session that is named explicitly. */
    readonly target: string | undefined;
    /** The repository that it is about, as `owner/name`. */
    readonly repository: string | undefined;
    readonly delivery: string | undefined;
    readonly meta: Readonly<Record<string, string>>;
    /** The changes to the sender's attributes. */
    readonly changes: readonly MetaChange[];
  }
  | { readonly ok: false; readonly message: string };

function tooLong(what: string): EventRequest {
  return { ok: false, message: `the ${what} is longer than ${MAX_NAME_LENGTH} characters` };
}

/**
 * Reads the target and the attributes of an event out of its request. The query parameter `session` names
 * the session and is no attribute; `repository` is both an attribute and an address.
 *
 * @param sender The sender, as the server has identified it.
 */
export function readEventRequest(
  sender: string,
  target: Pick<RequestTarget, "path" | "query">,
  headers: EventHeaders,
): EventRequest {
  const session = (target.query.session ?? headers.session) || undefined;
  const delivery = headers.delivery || undefined;
  if (session !== undefined && session.length > MAX_NAME_LENGTH) return tooLong("session's name");
  if (delivery !== undefined && delivery.length > MAX_NAME_LENGTH) return tooLong("delivery id");
  const { repository = "" } = target.query;
  const { record, changes } = createEventMeta({ sender, path: target.path }, target.query);
  const sanitized = sanitizeMeta(record);
  return {
    ok: true,
    target: session,
    repository: isRepositoryName(repository) ? repository : undefined,
    delivery,
    meta: sanitized.meta,
    changes: sanitized.changes.length === 0 ? changes : [...changes, ...sanitized.changes],
  };
}
