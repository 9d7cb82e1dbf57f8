/**
 * Reads the common parts of deliveries of Linear: https://linear.app/developers/webhooks
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

const MAX_CHANGES = 8;

/** Changes that come with every update or need no action. */
const QUIET_CHANGES_REGEXP = /^(?:updatedAt|.*[sS]ortOrder|boardOrder|descriptionData|bodyData)$/;

export interface LinearEvent {
  /** The type as Linear writes it, such as `Issue`. */
  readonly type: string;
  /** The action, such as `create`; empty if the body has none. */
  readonly action: string;
  readonly payload: unknown;
  /** The subject, as it is now. */
  readonly data: unknown;
  /** The page of the subject. */
  readonly url: string | undefined;
  /** The fields that an update has changed, `state` and not `stateId`. */
  readonly changes: readonly string[];
  readonly trust: Trust;
}

/** The facts that differ from event to event. */
export type LinearFacts = Omit<EventFacts, "type" | "action" | "url" | "trust">;

/**
 * Judges the author: only members have an account in a workspace, but integrations pass on texts of
 * customers. Older payloads have no `actor`; then the person in the data counts.
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

/** Formats the action in words: `created` of `create`. */
export function formatAction({ action }: Pick<LinearEvent, "action">): string {
  return action.endsWith("e") ? `${action}d` : action;
}

/** Builds the line of the person who did it; a name can be any text. */
export function actorLine({ payload, data }: LinearEvent): Line[] {
  return quoted("by", text(payload, "actor.name") ?? text(data, "user.name"), 64);
}

/** Builds the line of the fields that an update has changed. */
export function changedLine({ action, changes }: LinearEvent): Line[] {
  return action === "update" ? field("changed", changes.slice(0, MAX_CHANGES).join(", ")) : [];
}

interface BodyLineOptions {
  /** The name of the text in the data, and of the line. */
  readonly key: "body" | "description";
  readonly maxCodePoints: number;
}

/** Builds the line of a text; one that came through an integration is withheld. */
export function bodyLine({ trust, data }: LinearEvent, options: BodyLineOptions): Line[] {
  const { key, maxCodePoints } = options;
  const body = text(data, key);
  if (body === undefined) return [];
  if (trust === "external") return field(key, "withheld, its author may be external");
  return quoted(key, visibleMarkdown(body), maxCodePoints);
}
