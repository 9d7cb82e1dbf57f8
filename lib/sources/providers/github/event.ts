/**
 * What all deliveries of GitHub have in common: https://docs.github.com/webhooks/webhook-events-and-payloads
 *
 * @module
 */

import { type EventFacts, eventShape } from "../../shape/event_shape.ts";
import { tryIdentifier } from "../../shape/identifier.ts";
import { field, quoted } from "../../shape/lines.ts";
import { text } from "../../shape/payload.ts";
import type { Delivery, Line, Shape, Trust } from "../../shape/shape.ts";
import { visibleMarkdown } from "../../shape/visible_markdown.ts";

/** A delivery of GitHub, or of a forge that sends the same bodies. */
export interface GithubEvent {
  /** The type, such as `pull_request`. */
  readonly type: string;
  /** What was done, such as `opened`; empty when the type has no actions. */
  readonly action: string;
  /** The body. */
  readonly payload: unknown;
  /** `owner/name`. */
  readonly repo: string | undefined;
  /** The default branch of the repository. */
  readonly defaultBranch: string | undefined;
}

/** What differs from event to event. */
type GithubFacts = Omit<EventFacts, "type" | "action" | "repo" | "actor">;

const NAME_REGEXP = /^[a-z][a-z0-9_.-]{0,63}$/i;
const LOGIN_REGEXP = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,99}(?:\[bot\])?$/;

const TRUST_BY_ASSOCIATION: ReadonlyMap<string, Trust> = new Map([
  ["OWNER", "member"],
  ["MEMBER", "member"],
  ["COLLABORATOR", "member"],
  ["CONTRIBUTOR", "contributor"],
]);

/** Reads what every event has. */
export function readGithubEvent({ event, payload }: Delivery): GithubEvent {
  const action = text(payload, "action") ?? "";
  return {
    type: NAME_REGEXP.test(event) ? event : "unknown",
    action: NAME_REGEXP.test(action) ? action : "",
    payload,
    repo: tryIdentifier(text(payload, "repository.full_name")),
    defaultBranch: tryIdentifier(text(payload, "repository.default_branch")),
  };
}

/** Makes a shape of what an event says. */
export function githubShape(event: GithubEvent, facts: GithubFacts): Shape {
  const { type, action, payload, repo } = event;
  return eventShape({
    ...facts,
    type,
    action: action === "" ? undefined : action,
    repo,
    actor: text(payload, "sender.login"),
  });
}

/** The action in words: `review requested`. */
export function formatAction({ action }: Pick<GithubEvent, "action">): string {
  return action === "synchronize" ? "updated" : action.replaceAll("_", " ");
}

/** The number at a path as it is written: `#42`; empty for everything but a whole number. */
export function formatNumber(value: unknown, path: string): string | undefined {
  const found = text(value, path);
  return found !== undefined && /^\d{1,18}$/.test(found) ? `#${found}` : undefined;
}

function isBot(object: unknown): boolean {
  return text(object, "user.type") === "Bot" || /\[bot\]$/i.test(text(object, "user.login") ?? "");
}

/**
 * How close the author of an object is, by its `author_association`; a bot passes on what others
 * wrote, so it is a stranger.
 *
 * @param object A pull request, an issue, a comment or a review.
 */
export function githubTrust(object: unknown): Trust {
  if (isBot(object)) return "external";
  return TRUST_BY_ASSOCIATION.get(text(object, "author_association") ?? "") ?? "external";
}

/** A line for a person: the login, which cannot hold a sentence, and what else is known. */
export function loginLine(key: string, login: string | undefined, note?: string): Line[] {
  if (login === undefined || !LOGIN_REGEXP.test(login)) return quoted(key, login, 64);
  return field(key, note === undefined ? login : `${login} (${note})`);
}

/** The author of an object and how close that is to the repository: `octocat (collaborator)`. */
export function authorLine(object: unknown): Line[] {
  const association = text(object, "author_association") ?? "";
  const known = TRUST_BY_ASSOCIATION.has(association) ? association.toLowerCase() : "external";
  return loginLine("author", text(object, "user.login"), isBot(object) ? "bot" : known);
}

/**
 * The body of an object; that of a stranger is withheld, since it is where orders to a machine stand.
 *
 * @param object A pull request, an issue, a comment or a review.
 * @param maxCodePoints The longest body in code points.
 */
export function bodyLine(object: unknown, maxCodePoints: number): Line[] {
  const body = text(object, "body");
  if (body === undefined) return [];
  if (githubTrust(object) === "external") return field("body", "withheld, its author is external");
  return quoted("body", visibleMarkdown(body), maxCodePoints);
}
