/**
 * What all deliveries of Linear have in common: https://linear.app/developers/webhooks
 *
 * @module
 */

import { cleanUrl } from "../../shape/clean_url.ts";
import type { EventFacts } from "../../shape/event_shape.ts";
import { tryIdentifier } from "../../shape/identifier.ts";
import { field, quoted } from "../../shape/lines.ts";
import { at, text, truthy } from "../../shape/payload.ts";
import type { Line, Trust } from "../../shape/shape.ts";
import { visibleMarkdown } from "../../shape/visible_markdown.ts";

/** How many names of changes are shown. */
const MAX_CHANGES = 8;

/** What changes with every update, and what nobody acts upon. */
const QUIET_CHANGES_REGEXP = /^(?:updatedAt|.*[sS]ortOrder|boardOrder|descriptionData|bodyData)$/;

/** A delivery of Linear. */
export interface LinearEvent {
  /** The type as Linear writes it, such as `Issue`. */
  readonly type: string;
  /** What was done, such as `create`; empty when nothing says so. */
  readonly action: string;
  /** The body. */
  readonly payload: unknown;
  /** What it is about, as it is now. */
  readonly data: unknown;
  /** The page of it. */
  readonly url: string | undefined;
  /** What was changed by an update, `state` and not `stateId`. */
  readonly changes: readonly string[];
  /** How close the author is. */
  readonly trust: Trust;
}

/** What one type of event adds to what all have. */
export type LinearFacts = Omit<EventFacts, "type" | "action" | "url" | "trust">;

/**
 * How close the author is: only members have an account in a workspace, but integrations write down
 * what customers say. Older payloads have no `actor`; then it is who is named in the data.
 */
function readTrust(payload: unknown): Trust {
  if (truthy(payload, "data.botActor") || truthy(payload, "data.externalUserId")) return "external";
  const type = text(payload, "actor.type");
  if (type !== undefined) return type.toLowerCase() === "user" ? "member" : "external";
  const author = text(payload, "data.userId") ?? text(payload, "data.creatorId");
  return author === undefined ? "external" : "member";
}

function readChanges(payload: unknown): string[] {
  return Object.keys(Object(at(payload, "updatedFrom")))
    .filter((name) => !QUIET_CHANGES_REGEXP.test(name) && tryIdentifier(name) === name)
    .map((name) => name.replace(/Ids?$/, ""));
}

/** Reads what every event has of the body. */
export function readLinearEvent(payload: unknown): LinearEvent {
  const url = text(payload, "url") ?? text(payload, "data.url");
  return {
    type: tryIdentifier(text(payload, "type")) ?? "unknown",
    action: tryIdentifier(text(payload, "action")) ?? "",
    payload,
    data: at(payload, "data"),
    url: cleanUrl(url, { keepFragment: true }),
    changes: readChanges(payload),
    trust: readTrust(payload),
  };
}

/** The action in words: `created` of `create`. */
export function formatAction({ action }: Pick<LinearEvent, "action">): string {
  return action.endsWith("e") ? `${action}d` : action;
}

/** A line for who did it; a name can be any text. */
export function actorLine({ payload, data }: LinearEvent): Line[] {
  return quoted("by", text(payload, "actor.name") ?? text(data, "user.name"), 64);
}

/** A line for what an update has changed. */
export function changedLine({ action, changes }: LinearEvent): Line[] {
  return action === "update" ? field("changed", changes.slice(0, MAX_CHANGES).join(", ")) : [];
}

/** Which text {@linkcode bodyLine} shows. */
interface BodyLineOptions {
  /** Its name in the data, which is also that of the line. */
  readonly key: "body" | "description";
  /** The longest text in code points. */
  readonly maxCodePoints: number;
}

/** What somebody has written, unless it came through an integration: then only why. */
export function bodyLine({ trust, data }: LinearEvent, options: BodyLineOptions): Line[] {
  const { key, maxCodePoints } = options;
  const body = text(data, key);
  if (body === undefined) return [];
  if (trust === "external") return field(key, "withheld, its author may be external");
  return quoted(key, visibleMarkdown(body), maxCodePoints);
}
