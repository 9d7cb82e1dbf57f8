/**
 * What all deliveries of Bitbucket have in common, Bitbucket Cloud and Bitbucket Data Center:
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

/** A delivery of Bitbucket. */
export interface BitbucketEvent {
  /** The whole name, such as `pullrequest.created`. */
  readonly name: string;
  /** The type, such as `pullrequest` or `pr.reviewer`. */
  readonly type: string;
  /** What was done, such as `created`. */
  readonly action: string | undefined;
  /** The body. */
  readonly payload: unknown;
  /** `workspace/repository`, or `PROJECT/repository`. */
  readonly repo: string | undefined;
  /** The name of who did it. */
  readonly actor: string | undefined;
  /** How close that person is. */
  readonly trust: Trust;
}

/** What one type of event adds to what all have. */
export type BitbucketFacts = Omit<EventFacts, "type" | "action" | "repo" | "actor">;

/** Reads the name of a person: of Data Center the login, of Cloud what the person goes by. */
export function readName(person: unknown): string | undefined {
  return text(person, "nickname") ?? text(person, "name") ?? text(person, "display_name") ??
    text(person, "displayName");
}

/** The repository of an event; with Data Center that of a pull request is the target's. */
function readRepository(payload: unknown): unknown {
  return at(payload, "repository") ?? at(payload, "pullRequest.toRef.repository");
}

/** `workspace/repository`; a personal project of Data Center has a `~` before its key. */
export function readRepo(repository: unknown): string | undefined {
  const key = text(repository, "project.key")?.replace(/^~/, "");
  const slug = text(repository, "slug");
  const ofServer = key === undefined || slug === undefined ? undefined : `${key}/${slug}`;
  return tryIdentifier(text(repository, "full_name") ?? ofServer);
}

/**
 * Whether a person owns the repository. In Cloud, anybody can go by any nickname, so that only the id
 * tells; Data Center has personal projects, whose key is the slug of their owner.
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

/** Reads what every event has; the key of the event is `repo:push`, say. */
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

/** A line for who did it: `emma (member)`, or `emma` where nothing says how close that is. */
export function actorLine({ actor, trust }: BitbucketEvent): Line[] {
  return loginLine("by", actor, trust === "external" ? undefined : trust);
}

/** The page of an object: Cloud has one `html` link, Data Center a list of links to itself. */
export function pageOf(object: unknown, options?: CleanUrlOptions): string | undefined {
  const url = text(object, "links.html.href") ?? text(object, "links.self.0.href");
  return cleanUrl(url, options);
}
