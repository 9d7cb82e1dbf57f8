/**
 * Events and sessions as programs see them, over HTTP and at the command line.
 *
 * @module
 */

import type { EventRecord, EventSummary } from "./event_record.ts";
import {
  type PermissionRecord,
  type PermissionRequest,
  permissionStateOf,
} from "../permission/permission.ts";
import type { OpenSession } from "../session/route_event.ts";

type Json = Record<string, unknown>;

function toTime(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString();
}

/** An event's state, times and attempts, without its text. */
export function toEventStatus(event: EventRecord): Json {
  return {
    event_id: event.id,
    state: event.state,
    attempts: event.attempts,
    stored_at: toTime(event.storedAt),
    pushed_at: toTime(event.pushedAt),
    seen_at: toTime(event.seenAt),
    answered_at: toTime(event.answeredAt),
    expired_at: toTime(event.expiredAt),
    ...(event.duplicateOf !== null && { duplicate_of: event.duplicateOf }),
  };
}

/**
 * All of an event, its text included.
 *
 * @param session The id of its session, as sessions have it.
 */
export function toEventJson(event: EventRecord, session: string | null): Json {
  return {
    ...toEventStatus(event),
    source: event.source,
    sender: event.sender,
    chat_id: event.chat,
    session,
    target: event.target,
    repository: event.repository,
    note: event.note,
    meta: event.meta,
    content: event.content,
  };
}

/**
 * An event in a list.
 *
 * @param session The id of its session, as sessions have it.
 */
export function toEventSummaryJson(event: EventSummary, session: string | null): Json {
  return {
    event_id: event.id,
    state: event.state,
    attempts: event.attempts,
    stored_at: toTime(event.storedAt),
    sender: event.sender,
    session,
    start: event.start,
  };
}

/** A session as senders see it. */
export function toSessionStatus(session: OpenSession & { readonly startedAt: number }): Json {
  return {
    session: session.key,
    project: session.project,
    repository: session.repository ?? null,
    started_at: toTime(session.startedAt),
    active_at: toTime(session.activeAt),
    deaf: session.isDeaf,
  };
}

/** A permission request as approvers see it. */
export interface AskedPermission extends PermissionRecord, PermissionRequest {
  /** The folder of the session that asks. */
  readonly project: string | null;
  /** The time when it was asked, in milliseconds since the epoch, as all times here. */
  readonly openedAt: number;
  readonly sender: string | null;
  readonly settledAt: number | null;
  /** The way and the address that the verdict came by. */
  readonly settledFrom: string | null;
}

/** All of a permission request and its state. */
export function toPermissionStatus(permission: AskedPermission, nowMs: number): Json {
  return {
    request_id: permission.requestId,
    state: permissionStateOf(permission, nowMs),
    tool_name: permission.toolName,
    description: permission.description,
    input_preview: permission.inputPreview,
    project: permission.project,
    asked_at: toTime(permission.openedAt),
    expires_at: toTime(permission.expiresAt),
    ...(permission.settledAt !== null && {
      answered_by: permission.sender,
      answered_at: toTime(permission.settledAt),
      answered_from: permission.settledFrom,
    }),
  };
}
