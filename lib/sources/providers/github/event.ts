/**
 * Reads the common parts of deliveries of GitHub:
 * https://docs.github.com/webhooks/webhook-events-and-payloads
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
  /** The action, such as `opened`; empty if the type has no actions. */
  readonly action: string;
  readonly payload: unknown;
  /** `owner/name`. */
  readonly repo: string | undefined;
  readonly defaultBranch: string | undefined;
}

type GithubFacts = Omit<EventFacts, "type" | "action" | "repo" | "actor">;

const NAME_REGEXP = /^[a-z][a-z0-9_.-]{0,63}$/i;
const LOGIN_REGEXP = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,99}(?:\[bot\])?$/;

const TRUST_BY_ASSOCIATION: ReadonlyMap<string, Trust> = new Map([
  ["OWNER", "member"],
  ["MEMBER", "member"],
  ["COLLABORATOR", "member"],
  ["CONTRIBUTOR", "contributor"],
]);

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

/** Formats the action in words: `review requested`. */
export function formatAction({ action }: Pick<GithubEvent, "action">): string {
  return action === "synchronize" ? "updated" : action.replaceAll("_", " ");
}

/** Formats the number at a path: `#42`; `undefined` for anything but a whole number. */
export function formatNumber(value: unknown, path: string): string | undefined {
  const found = text(value, path);
  return found !== undefined && /^\d{1,18}$/.test(found) ? `#${found}` : undefined;
}

function isBot(object: unknown): boolean {
  return text(object, "user.type") === "Bot" || /\[bot\]$/i.test(text(object, "user.login") ?? "");
}

/**
 * Judges the author of an object by its `author_association`; a bot passes on texts of others, so
 * it is a stranger.
 *
 * @param object A pull request, an issue, a comment or a review.
 */
export function githubTrust(object: unknown): Trust {
  if (isBot(object)) return "external";
  return TRUST_BY_ASSOCIATION.get(text(object, "author_association") ?? "") ?? "external";
}

/** Builds the line of a person: the login, which cannot hold a sentence, and a note. */
export function loginLine(key: string, login: string | undefined, note?: string): Line[] {
  if (login === undefined || !LOGIN_REGEXP.test(login)) return quoted(key, login, 64);
  return field(key, note === undefined ? login : `${login} (${note})`);
}

/** Builds the line of an author with the association: `octocat (collaborator)`. */
export function authorLine(object: unknown): Line[] {
  const association = text(object, "author_association") ?? "";
  const known = TRUST_BY_ASSOCIATION.has(association) ? association.toLowerCase() : "external";
  return loginLine("author", text(object, "user.login"), isBot(object) ? "bot" : known);
}

/**
 * Builds the line of a body; that of a stranger is withheld, because it is the place for orders to
 * a machine.
 *
 * @param object A pull request, an issue, a comment or a review.
 */
export function bodyLine(object: unknown, maxCodePoints: number): Line[] {
  const body = text(object, "body");
  if (body === undefined) return [];
  if (githubTrust(object) === "external") return field("body", "withheld, its author is external");
  return quoted("body", visibleMarkdown(body), maxCodePoints);
}
