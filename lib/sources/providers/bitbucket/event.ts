/**
 * Reads the common parts of deliveries of Bitbucket Cloud and Bitbucket Data Center:
 * https://support.atlassian.com/bitbucket-cloud/docs/event-payloads and
 * https://confluence.atlassian.com/bitbucketserver/event-payload-938025882.html
 *
 * @module
 */

import { cleanUrl, type CleanUrlOptions } from "../../shape/clean_url.ts";
import type { EventFacts } from "../../shape/event_shape.ts";
import { forgeTrust } from "../../shape/forge_trust.ts";
import { loginLine } from "../github/event.ts";
import { tryIdentifier } from "../../shape/identifier.ts";
import { at, text } from "../../shape/payload.ts";
import type { Delivery, Line, Trust } from "../../shape/shape.ts";

export interface BitbucketEvent {
  /** The whole name, such as `pullrequest.created`. */
  readonly name: string;
  /** The type, such as `pullrequest` or `pr.reviewer`. */
  readonly type: string;
  /** The action, such as `created`. */
  readonly action: string | undefined;
  readonly payload: unknown;
  /** `workspace/repository`, or `PROJECT/repository`. */
  readonly repo: string | undefined;
  /** The name of the person who did it. */
  readonly actor: string | undefined;
  readonly trust: Trust;
}

/** The facts that differ from event to event. */
export type BitbucketFacts = Omit<EventFacts, "type" | "action" | "repo" | "actor">;

/** Reads the name of a person: the login in Data Center, the nickname in Cloud. */
export function readName(person: unknown): string | undefined {
  return text(person, "nickname") ?? text(person, "name") ?? text(person, "display_name") ??
    text(person, "displayName");
}

/** Reads the repository; for a pull request in Data Center that of its target. */
function readRepository(payload: unknown): unknown {
  return at(payload, "repository") ?? at(payload, "pullRequest.toRef.repository");
}

/** Reads `workspace/repository`; a personal project of Data Center has a `~` before its key. */
export function readRepo(repository: unknown): string | undefined {
  const key = text(repository, "project.key")?.replace(/^~/, "");
  const slug = text(repository, "slug");
  const ofServer = key === undefined || slug === undefined ? undefined : `${key}/${slug}`;
  return tryIdentifier(text(repository, "full_name") ?? ofServer);
}

/**
 * Tells that a person owns the repository. In Cloud only the id proves it, because nicknames are
 * free to choose; in Data Center the key of a personal project is the slug of its owner.
 */
function ownsRepository(person: unknown, repository: unknown): boolean {
  if (text(repository, "full_name") !== undefined) {
    const id = text(person, "uuid");
    return id !== undefined && id === text(repository, "owner.uuid");
  }
  const slug = text(person, "slug");
  const key = text(repository, "project.key");
  return slug !== undefined && key?.toLowerCase() === `~${slug.toLowerCase()}`;
}

/** Reads the common parts; the key of an event is `repo:push`, for example. */
export function readBitbucketEvent({ event, payload }: Delivery): BitbucketEvent {
  const key = tryIdentifier(event === "" ? text(payload, "eventKey") : event) ?? "unknown";
  const name = key.replaceAll(":", ".");
  const dot = name.lastIndexOf(".");
  const repository = readRepository(payload);
  const isPrivate = at(repository, "is_private") === true || at(repository, "public") === false;
  const person = at(payload, "actor");
  const repo = readRepo(repository);
  const isApp = /^app_?user$/i.test(text(person, "type") ?? "");
  const actor = readName(person);
  return {
    name,
    type: dot < 0 ? name : name.slice(0, dot),
    action: dot < 0 ? undefined : name.slice(dot + 1),
    payload,
    repo,
    actor,
    trust: forgeTrust({
      login: isApp ? undefined : actor,
      isWriter: ownsRepository(person, repository),
      visibility: isPrivate ? "private" : "public",
    }),
  };
}

/** Formats a line for the person who did it: `emma (member)`, or `emma` for a stranger. */
export function actorLine({ actor, trust }: BitbucketEvent): Line[] {
  return loginLine("by", actor, trust === "external" ? undefined : trust);
}

/** Returns the page of an object: Cloud has one `html` link, Data Center a list of `self` links. */
export function pageOf(object: unknown, options?: CleanUrlOptions): string | undefined {
  const url = text(object, "links.html.href") ?? text(object, "links.self.0.href");
  return cleanUrl(url, options);
}
