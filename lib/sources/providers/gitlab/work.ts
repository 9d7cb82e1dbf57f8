/**
 * Issues and other work items, releases, vulnerabilities and tokens of GitLab.
 *
 * @module
 */

import { cleanUrl } from "../../shape/clean_url.ts";
import { changedLine } from "./code.ts";
import {
  actorLine,
  bodyLine,
  formatIid,
  type GitlabEvent,
  type GitlabFacts,
  peopleLine,
} from "./event.ts";
import { tryIdentifier } from "../../shape/identifier.ts";
import { field, listed, quoted } from "../../shape/lines.ts";
import { at, list, text, truthy } from "../../shape/payload.ts";
import { trySeverity } from "../../shape/severity.ts";

const MAX_LABELS = 5;

/** Words for actions on an issue, and the verdict of the default filter. */
const ISSUE_ACTIONS: ReadonlyMap<string | undefined, readonly [string, boolean]> = new Map([
  ["open", ["opened", true]],
  ["reopen", ["reopened", false]],
  ["close", ["closed", true]],
  ["update", ["updated", false]],
]);

const RELEASE_ACTIONS: ReadonlyMap<string | undefined, readonly [string, boolean]> = new Map([
  ["create", ["published", true]],
  ["update", ["updated", false]],
  ["delete", ["deleted", false]],
]);

/** States of a vulnerability that need attention. */
const OPEN_STATES: ReadonlySet<string | undefined> = new Set(["detected", "confirmed"]);

/** Shapes an issue, an incident, a task or another work item. */
export function shapeIssue(event: GitlabEvent): GitlabFacts {
  const { payload, repo, action } = event;
  const issue = at(payload, "object_attributes");
  const [what, isWanted] = ISSUE_ACTIONS.get(action) ?? ["changed", false];
  const iid = text(issue, "iid");
  // "Objective", "Test Case": GitLab has its own types, and a namespace can add some.
  const type = tryIdentifier(text(issue, "type")) ?? "Issue";
  const isIncident = type === "Incident";
  const labels = list(issue, "labels").map((label) => text(label, "title"));
  return {
    title: [`${isIncident ? "incident" : "issue"} ${what}`, formatIid("#", iid), repo],
    lines: [
      ...quoted("title", text(issue, "title")),
      ...actorLine(event),
      ...field("type", type === "Issue" || isIncident ? undefined : type),
      ...field("state", tryIdentifier(text(issue, "state"))),
      ...field("severity", isIncident ? tryIdentifier(text(issue, "severity")) : undefined),
      ...field("confidential", truthy(issue, "confidential") ? "yes" : undefined),
      ...listed("labels", labels, MAX_LABELS),
      ...peopleLine("assignees", at(payload, "assignees")),
      ...(action === "update" ? changedLine(payload) : []),
      ...(action === "open" ? bodyLine(event, { path: "object_attributes.description" }) : []),
    ],
    severity: isIncident && action !== "close"
      ? trySeverity(text(issue, "severity")) ?? "warning"
      : "info",
    url: cleanUrl(text(issue, "url")),
    number: iid,
    trust: event.trust,
    rule: "opened or closed",
    isWanted,
  };
}

export function shapeRelease(event: GitlabEvent): GitlabFacts {
  const { payload, repo, action } = event;
  const [what, isWanted] = RELEASE_ACTIONS.get(action) ?? ["changed", false];
  const tag = text(payload, "tag");
  const name = text(payload, "name");
  return {
    title: [`release ${what}`, repo],
    lines: [
      ...quoted("tag", tag),
      ...quoted("name", name === tag ? undefined : name),
      ...field("released", tryIdentifier(text(payload, "released_at")?.slice(0, 10))),
    ],
    url: cleanUrl(text(payload, "url")),
    ref: tag,
    rule: "published",
    isWanted,
  };
}

/** Shapes a finding of a security scanner. */
export function shapeVulnerability(event: GitlabEvent): GitlabFacts {
  const { payload } = event;
  const finding = at(payload, "object_attributes");
  const state = tryIdentifier(text(finding, "state"));
  const severity = tryIdentifier(text(finding, "severity"));
  const dependency = at(finding, "location.dependency");
  const version = text(dependency, "version");
  const name = text(dependency, "package.name");
  const url = cleanUrl(text(finding, "url"));
  const ids = list(finding, "identifiers").flatMap((identifier) =>
    /^c[vw]e$/i.test(text(identifier, "external_type") ?? "")
      ? tryIdentifier(text(identifier, "name")) ?? []
      : []
  );
  return {
    title: [`vulnerability ${state ?? "changed"}`, severity, event.repo ?? projectOf(url)],
    lines: [
      ...quoted("title", text(finding, "title")),
      ...quoted("package", version === undefined ? name : `${name} ${version}`),
      ...quoted("file", text(finding, "location.file")),
      ...field("ids", ids.slice(0, 5).join(", ")),
      ...field("found by", tryIdentifier(text(finding, "report_type"))?.replaceAll("_", " ")),
    ],
    severity: trySeverity(severity) ?? "warning",
    url,
    rule: "detected or confirmed",
    isWanted: OPEN_STATES.has(state),
  };
}

/** Reads the project from the address, its only place: `https://host/group/project/-/…`. */
function projectOf(url: string | undefined): string | undefined {
  return tryIdentifier(/^https?:\/\/[^/]+\/([^?#]+)\/-\//.exec(url ?? "")?.[1]);
}

/** Shapes a token of a project or group that is about to expire; only its name is known. */
export function shapeAccessToken(event: GitlabEvent): GitlabFacts {
  const { payload, repo, projectUrl } = event;
  const day = tryIdentifier(text(payload, "object_attributes.expires_at"));
  return {
    title: ["access token expires", day, repo ?? tryIdentifier(text(payload, "group.full_path"))],
    lines: [
      ...quoted("name", text(payload, "object_attributes.name")),
      ...field("number", tryIdentifier(text(payload, "object_attributes.id"))),
    ],
    severity: "warning",
    url: cleanUrl(projectUrl),
    rule: "all",
    isWanted: true,
  };
}
