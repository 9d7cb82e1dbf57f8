/**
 * Pushes, merge requests and comments of GitLab.
 *
 * @module
 */

import { cleanUrl } from "../../shape/clean_url.ts";
import { countFiles, pushFacts } from "../../shape/git_push.ts";
import { shortSha } from "../../shape/git_ref.ts";
import {
  actorLine,
  bodyLine,
  formatIid,
  type GitlabEvent,
  type GitlabFacts,
  peopleLine,
} from "./event.ts";
import { tryIdentifier } from "../../shape/identifier.ts";
import { field, formatPosition, quoted } from "../../shape/lines.ts";
import { at, list, number, text, truthy } from "../../shape/payload.ts";
import type { Line } from "../../shape/shape.ts";

const MAX_NOTE_CODE_POINTS = 500;

/** Words for actions on a merge request, and the verdict of the default filter. */
const REQUEST_ACTIONS: ReadonlyMap<string | undefined, readonly [string, boolean]> = new Map([
  ["open", ["opened", true]],
  ["reopen", ["reopened", true]],
  ["close", ["closed", true]],
  ["merge", ["merged", true]],
  ["approved", ["approved", true]],
  ["approval", ["approved by one", true]],
  ["unapproved", ["no longer approved", true]],
  ["unapproval", ["no longer approved by one", true]],
]);

/** States of a merge request that say nothing yet. */
const QUIET_STATES: ReadonlySet<string | undefined> = new Set([
  "mergeable",
  "can_be_merged",
  "unchecked",
  "checking",
  "preparing",
]);

/** Changes that come with every update or need no action. */
const QUIET_CHANGES: ReadonlySet<string> = new Set([
  "updated_at",
  "updated_by_id",
  "last_edited_at",
  "last_edited_by_id",
  "merge_status",
  "total_time_spent",
]);

/** Shapes a push of a branch or a tag. */
export function shapePush(event: GitlabEvent): GitlabFacts {
  const { payload, repo, projectUrl, defaultBranch, type } = event;
  const isTag = type === "tag_push" || text(payload, "ref")?.startsWith("refs/tags/") === true;
  const commits = list(payload, "commits");
  const count = number(payload, "total_commits_count") ?? commits.length;
  const before = text(payload, "before");
  const after = text(payload, "after");
  const facts = pushFacts({
    repo,
    defaultBranch,
    ref: text(payload, "ref"),
    isTag,
    before,
    after,
    // GitLab does not say that commits were removed.
    isForced: false,
    count,
    messages: commits.map((commit) => text(commit, "message")).reverse(),
  }, [
    ...actorLine(event),
    // A push of many commits carries only the newest 20.
    ...field("files", count > commits.length ? undefined : countFiles(commits)),
  ]);
  const isMoved = !/^0*$/.test(before ?? "") && !/^0*$/.test(after ?? "");
  const page = isMoved ? `compare/${before}...${after}` : undefined;
  const url = projectUrl === undefined || page === undefined
    ? projectUrl
    : `${projectUrl}/-/${page}`;
  return { ...facts, url: cleanUrl(url) };
}

/** Builds the line of changed fields. */
export function changedLine(payload: unknown): Line[] {
  const changes = Object.keys(Object(at(payload, "changes")));
  const names = changes.filter((name) => !QUIET_CHANGES.has(name) && tryIdentifier(name) === name);
  return field("changed", names.slice(0, 8).join(", "));
}

/** Words an update, and judges it for the default filter. */
function describeUpdate(payload: unknown): readonly [string, boolean] {
  const was = (name: string) => at(payload, `changes.${name}.previous`);
  const is = (name: string) => at(payload, `changes.${name}.current`);
  if (was("draft") === true) return ["ready for review", true];
  if (list(is("reviewers"), "").length > list(was("reviewers"), "").length) {
    return ["review requested", true];
  }
  if (text(payload, "object_attributes.oldrev") !== undefined) return ["got new commits", false];
  return ["updated", false];
}

/** Shapes an action on a merge request. */
export function shapeMergeRequest(event: GitlabEvent): GitlabFacts {
  const { payload, repo, action } = event;
  const request = at(payload, "object_attributes");
  const [what, isWanted] = action === "update"
    ? describeUpdate(payload)
    : REQUEST_ACTIONS.get(action) ?? ["changed", false];
  const iid = text(request, "iid");
  const source = text(request, "source.path_with_namespace");
  const isFork = source !== undefined &&
    source !== (text(request, "target.path_with_namespace") ?? repo);
  const state = tryIdentifier(text(request, "detailed_merge_status")) ??
    tryIdentifier(text(request, "merge_status"));
  const branch = text(request, "source_branch");
  return {
    title: [`merge request ${what}`, formatIid("!", iid), repo],
    lines: [
      ...quoted("title", text(request, "title")),
      ...actorLine(event),
      ...quoted(isFork ? "head, of a fork" : "head", isFork ? `${source}:${branch}` : branch),
      ...field("base", tryIdentifier(text(request, "target_branch"))),
      ...field("draft", truthy(request, "draft") ? "yes" : undefined),
      ...field("state", QUIET_STATES.has(state) ? undefined : state?.replaceAll("_", " ")),
      ...peopleLine("assignees", at(payload, "assignees")),
      ...peopleLine("reviewers", at(payload, "reviewers")),
      ...(action === "update" ? changedLine(payload) : []),
      ...(action === "open" ? bodyLine(event, { path: "object_attributes.description" }) : []),
    ],
    url: cleanUrl(text(request, "url")),
    number: iid,
    trust: event.trust,
    rule: "opened, reopened, ready for review, review requested, approved, merged or closed",
    isWanted,
  };
}

/** Names the subject of a comment and its reference: `merge request` and `!1`. */
function describeTarget(payload: unknown): [string, string | undefined] {
  const type = text(payload, "object_attributes.noteable_type");
  switch (type) {
    case "MergeRequest":
      return ["merge request", formatIid("!", text(payload, "merge_request.iid"))];
    case "Commit":
      return ["commit", shortSha(text(payload, "commit.id"))];
    case "Snippet":
    case "ProjectSnippet":
      return ["snippet", formatIid("$", text(payload, "snippet.id"))];
    case "Issue":
    case "WorkItem":
      return ["issue", formatIid("#", text(payload, "issue.iid"))];
    default:
      return [tryIdentifier(type)?.toLowerCase() ?? "something", undefined];
  }
}

function positionOf(note: unknown): string | undefined {
  const path = text(note, "position.new_path") ?? text(note, "position.old_path") ??
    text(note, "st_diff.new_path");
  return formatPosition(
    path,
    number(note, "position.new_line") ?? number(note, "position.old_line"),
  );
}

/** Shapes a comment on a merge request, an issue, a commit or a snippet. */
export function shapeNote(event: GitlabEvent): GitlabFacts {
  const { payload, repo, action, trust } = event;
  const note = at(payload, "object_attributes");
  const subject = ["merge_request", "issue", "snippet"]
    .map((name) => text(payload, `${name}.title`)).find((title) => title !== undefined);
  const isNew = action === undefined || action === "create";
  const [name, target] = describeTarget(payload);
  return {
    title: [`comment${isNew ? "" : ` ${action}d`} on ${name}`, target, repo],
    lines: [
      ...quoted("title", subject),
      ...actorLine(event),
      ...quoted("at", positionOf(note)),
      ...bodyLine(event, { path: "object_attributes.note", maxCodePoints: MAX_NOTE_CODE_POINTS }),
    ],
    url: cleanUrl(text(note, "url"), { keepFragment: true }),
    number: text(payload, "merge_request.iid") ?? text(payload, "issue.iid"),
    trust,
    rule: "created by a contributor or member",
    isWanted: isNew && trust !== "external" && !truthy(note, "system"),
  };
}
