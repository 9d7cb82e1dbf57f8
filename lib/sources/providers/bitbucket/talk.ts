/**
 * Pull requests, issues and comments of Bitbucket.
 *
 * @module
 */

import {
  actorLine,
  type BitbucketEvent,
  type BitbucketFacts,
  pageOf,
  readName,
  readRepo,
} from "./event.ts";
import { shortSha } from "../../shape/git_ref.ts";
import { formatNumber, loginLine } from "../github/event.ts";
import { tryIdentifier } from "../../shape/identifier.ts";
import { field, formatPosition, quoted } from "../../shape/lines.ts";
import { at, number, text, truthy } from "../../shape/payload.ts";
import type { Line } from "../../shape/shape.ts";
import { visibleMarkdown } from "../../shape/visible_markdown.ts";

const MAX_COMMENT_CODE_POINTS = 500;

/** The longest state of an issue in code points; "on hold" is one. */
const MAX_STATE_CODE_POINTS = 32;

const MAX_DESCRIPTION_CODE_POINTS = 300;

/** Words for actions, and the verdict of the default filter. */
const REQUEST_ACTIONS: ReadonlyMap<string | undefined, readonly [string, boolean]> = new Map([
  ["created", ["opened", true]],
  ["opened", ["opened", true]],
  ["fulfilled", ["merged", true]],
  ["merged", ["merged", true]],
  ["rejected", ["declined", true]],
  ["declined", ["declined", true]],
  ["deleted", ["deleted", true]],
  ["approved", ["approved", true]],
  ["unapproved", ["no longer approved", true]],
  ["changes_request_created", ["needs changes", true]],
  ["changes_requested", ["needs changes", true]],
  ["needs_work", ["needs changes", true]],
  ["changes_request_removed", ["needs no changes any more", false]],
  ["from_ref_updated", ["got new commits", false]],
  ["updated", ["updated", false]],
  ["modified", ["updated", false]],
]);

/** Builds the line of a body; that of a possible stranger is withheld. */
function bodyLine({ trust }: BitbucketEvent, body: string | undefined, max: number): Line[] {
  if (body === undefined) return [];
  if (trust === "external") return field("body", "withheld, its author may be external");
  return quoted("body", visibleMarkdown(body), max);
}

/** Builds the line of the branch to merge. */
function headLine(request: unknown): Line[] {
  const branch = text(request, "source.branch.name") ?? text(request, "fromRef.displayId");
  const from = readRepo(at(request, "source.repository") ?? at(request, "fromRef.repository"));
  const to = readRepo(at(request, "destination.repository") ?? at(request, "toRef.repository"));
  if (from === to) return quoted("head", branch);
  return from === undefined
    ? quoted("head, of a deleted fork", branch)
    : quoted("head, of a fork", `${from}:${branch}`);
}

/** Shapes an action on a pull request. */
export function shapePullRequest(event: BitbucketEvent): BitbucketFacts {
  const { payload, repo, action, type } = event;
  const request = at(payload, "pullrequest") ?? at(payload, "pullRequest");
  const isReviewers = type === "pr.reviewer" && action === "updated";
  const [what, isWanted] = isReviewers
    ? ["review requested", true]
    : REQUEST_ACTIONS.get(action) ?? ["changed", false];
  const author = readName(at(request, "author.user") ?? at(request, "author"));
  const base = text(request, "destination.branch.name") ?? text(request, "toRef.displayId");
  const isOpened = what === "opened";
  return {
    title: [`pull request ${what}`, formatNumber(request, "id"), repo],
    lines: [
      ...quoted("title", text(request, "title")),
      ...loginLine("author", author),
      ...(author === event.actor ? [] : actorLine(event)),
      ...headLine(request),
      ...field("base", tryIdentifier(base)),
      ...field("draft", truthy(request, "draft") ? "yes" : undefined),
      ...quoted("reason", what === "declined" ? text(request, "reason") : undefined),
      ...(isOpened
        ? bodyLine(event, text(request, "description"), MAX_DESCRIPTION_CODE_POINTS)
        : []),
    ],
    url: pageOf(request),
    number: text(request, "id"),
    ref: base,
    trust: event.trust,
    rule: "opened, review requested, approved, needs changes, merged, declined or deleted",
    isWanted,
  };
}

function positionOf(comment: unknown): string | undefined {
  const line = number(comment, "inline.to") ?? number(comment, "inline.from") ??
    number(comment, "anchor.line");
  return formatPosition(text(comment, "inline.path") ?? text(comment, "anchor.path"), line);
}

/** Shapes a comment on a pull request, an issue or a commit. */
export function shapeComment(event: BitbucketEvent): BitbucketFacts {
  const { payload, repo, action, trust } = event;
  const request = at(payload, "pullrequest") ?? at(payload, "pullRequest");
  const issue = at(payload, "issue");
  const comment = at(payload, "comment");
  const subject = request ?? issue;
  const name = request !== undefined ? "pull request" : issue !== undefined ? "issue" : "commit";
  const sha = shortSha(text(payload, "commit.hash") ?? text(payload, "commit"));
  const done = action?.replace(/^(?:commit_)?comment_/, "");
  const isNew = done === "created" || done === "added";
  const body = text(comment, "content.raw") ?? text(comment, "text");
  return {
    title: [
      `comment${isNew || done === undefined ? "" : ` ${done}`} on ${name}`,
      formatNumber(subject, "id") ?? sha,
      repo,
    ],
    lines: [
      ...quoted("title", text(subject, "title")),
      ...actorLine(event),
      ...quoted("at", positionOf(comment)),
      ...bodyLine(event, body, MAX_COMMENT_CODE_POINTS),
    ],
    url: pageOf(comment, { keepFragment: true }) ?? pageOf(subject),
    number: text(subject, "id"),
    trust,
    rule: "created by a member",
    isWanted: isNew && trust !== "external",
  };
}

/** Shapes an issue; an update is wanted if it opens or closes the issue. */
export function shapeIssue(event: BitbucketEvent): BitbucketFacts {
  const { payload, repo, action, trust } = event;
  const issue = at(payload, "issue");
  const isNew = action === "created";
  const isMoved = at(payload, "changes.status") !== undefined ||
    at(payload, "changes.state") !== undefined;
  return {
    title: [`issue ${isNew ? "opened" : action ?? "changed"}`, formatNumber(issue, "id"), repo],
    lines: [
      ...quoted("title", text(issue, "title")),
      ...actorLine(event),
      ...quoted("state", text(issue, "state"), MAX_STATE_CODE_POINTS),
      ...field("kind", tryIdentifier(text(issue, "kind") ?? text(issue, "type"))),
      ...field("priority", tryIdentifier(text(issue, "priority"))),
      ...(isNew ? bodyLine(event, text(issue, "content.raw"), MAX_DESCRIPTION_CODE_POINTS) : []),
    ],
    url: pageOf(issue),
    number: text(issue, "id"),
    trust,
    rule: "opened, or its state changed",
    isWanted: isNew || isMoved,
  };
}
