/**
 * Reads the common parts of deliveries of GitLab:
 * https://docs.gitlab.com/user/project/integrations/webhook_events
 *
 * @module
 */

import type { EventFacts } from "../../shape/event_shape.ts";
import { forgeTrust } from "../../shape/forge_trust.ts";
import { loginLine } from "../github/event.ts";
import { tryIdentifier } from "../../shape/identifier.ts";
import { field, quoted } from "../../shape/lines.ts";
import { list, number, text, truthy } from "../../shape/payload.ts";
import type { Delivery, Line, Trust } from "../../shape/shape.ts";
import { visibleMarkdown } from "../../shape/visible_markdown.ts";

export interface GitlabEvent {
  /** The type, such as `merge_request`. */
  readonly type: string;
  /** The action, such as `open`. */
  readonly action: string | undefined;
  readonly payload: unknown;
  /** `group/project`. */
  readonly repo: string | undefined;
  /** The page of the project. */
  readonly projectUrl: string | undefined;
  readonly defaultBranch: string | undefined;
  /** The login of the person who did it; `undefined` if only a name is known. */
  readonly actor: string | undefined;
  readonly trust: Trust;
}

/** The facts that differ from event to event. */
export type GitlabFacts = Omit<EventFacts, "type" | "action" | "repo" | "actor">;

/** Visibilities of a project by `visibility_level`. */
const VISIBILITIES: ReadonlyMap<number | undefined, "private" | "internal"> = new Map([
  [0, "private"],
  [10, "internal"],
]);

/** Converts the header `Merge Request Hook` to `merge_request`. */
function typeOfHeader(event: string): string {
  return event.replace(/ hook$/i, "").trim().toLowerCase().replaceAll(" ", "_");
}

export function readGitlabEvent({ event, payload }: Delivery): GitlabEvent {
  const kind = text(payload, "object_kind") ?? text(payload, "event_name") ?? typeOfHeader(event);
  const repo = tryIdentifier(
    text(payload, "project.path_with_namespace") ?? text(payload, "project_name"),
  );
  const actor = tryIdentifier(text(payload, "user.username") ?? text(payload, "user_username"));
  const level = number(payload, "project.visibility_level") ??
    number(payload, "repository.visibility_level");
  return {
    // The settings of a hook call it "job events".
    type: kind === "build" ? "job" : tryIdentifier(kind) ?? "unknown",
    action: tryIdentifier(text(payload, "object_attributes.action") ?? text(payload, "action")),
    payload,
    repo,
    projectUrl: text(payload, "project.web_url") ?? text(payload, "repository.homepage"),
    defaultBranch: tryIdentifier(text(payload, "project.default_branch")),
    actor,
    trust: forgeTrust({ login: actor, repo, visibility: VISIBILITIES.get(level) ?? "public" }),
  };
}

/** Builds the line of the person who did it: `root (member)`, or `root` for a stranger. */
export function actorLine({ actor, payload, trust }: GitlabEvent): Line[] {
  const login = actor ?? text(payload, "user.name") ?? text(payload, "user_name");
  return loginLine("by", login, trust === "external" ? undefined : trust);
}

interface BodyLineOptions {
  /** The path of the body in the payload. */
  readonly path: string;
  /** The longest body in code points (default `300`). */
  readonly maxCodePoints?: number;
}

/** Tells that only some readers of the project may read this. */
function isConfidential(payload: unknown): boolean {
  return /^confidential_/.test(text(payload, "event_type") ?? "") ||
    truthy(payload, "issue.confidential") ||
    ["confidential", "internal"].some((name) => truthy(payload, `object_attributes.${name}`));
}

/** Builds the line of a body; a confidential one and that of a possible stranger are withheld. */
export function bodyLine({ payload, trust }: GitlabEvent, options: BodyLineOptions): Line[] {
  const { path, maxCodePoints = 300 } = options;
  const body = text(payload, path);
  if (body === undefined) return [];
  if (isConfidential(payload)) return field("body", "withheld, it is confidential");
  if (trust === "external") return field("body", "withheld, its author may be external");
  return quoted("body", visibleMarkdown(body), maxCodePoints);
}

/** Builds the line of people, by their logins, which cannot hold a sentence. */
export function peopleLine(key: string, people: unknown): Line[] {
  const logins = list(people, "").flatMap((person) =>
    tryIdentifier(text(person, "username")) ?? []
  );
  return field(key, logins.slice(0, 5).join(", "));
}

/** Formats a number with its sign, such as `!12`. */
export function formatIid(sign: string, iid: string | undefined): string | undefined {
  return iid !== undefined && /^\d{1,18}$/.test(iid) ? `${sign}${iid}` : undefined;
}
