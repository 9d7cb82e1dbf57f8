/**
 * Comments on issues, pull requests, discussions and commits.
 *
 * @module
 */

import { cleanUrl } from "../../shape/clean_url.ts";
import { shortSha } from "../../shape/git_ref.ts";
import {
  authorLine,
  bodyLine,
  formatNumber,
  type GithubEvent,
  githubShape,
  githubTrust,
} from "./event.ts";
import { tryIdentifier } from "../../shape/identifier.ts";
import { field, formatPosition, quoted } from "../../shape/lines.ts";
import { at, text, truthy } from "../../shape/payload.ts";
import type { Shape } from "../../shape/shape.ts";

const MAX_BODY_CODE_POINTS = 500;

/** Reads the subject of a comment, and its name for the title. */
function readSubject({ type, payload }: GithubEvent): { name: string; subject: unknown } {
  if (type === "commit_comment") return { name: "commit", subject: undefined };
  if (type === "discussion_comment") {
    return { name: "discussion", subject: at(payload, "discussion") };
  }
  if (type !== "issue_comment") {
    return { name: "pull request", subject: at(payload, "pull_request") };
  }
  const issue = at(payload, "issue");
  return { name: truthy(issue, "pull_request") ? "pull request" : "issue", subject: issue };
}

/** Shapes a comment on an issue, a pull request, a line of it, a discussion or a commit. */
export function shapeGithubComment(event: GithubEvent): Shape {
  const { action, payload, repo } = event;
  const comment = at(payload, "comment");
  const { name, subject } = readSubject(event);
  const trust = githubTrust(comment);
  return githubShape(event, {
    title: [
      `comment${action === "created" || action === "" ? "" : ` ${action}`} on ${name}`,
      formatNumber(subject, "number") ?? shortSha(text(comment, "commit_id")),
      repo,
    ],
    lines: [
      ...quoted("title", text(subject, "title")),
      ...authorLine(comment),
      ...quoted(
        "at",
        formatPosition(
          text(comment, "path"),
          text(comment, "line") ?? text(comment, "original_line"),
        ),
      ),
      ...(action === "deleted" ? [] : bodyLine(comment, MAX_BODY_CODE_POINTS)),
    ],
    url: cleanUrl(text(comment, "html_url"), { keepFragment: true }),
    number: text(subject, "number"),
    trust,
    rule: "created by a contributor or member",
    isWanted: action === "created" && trust !== "external",
  });
}

/** Shapes a review: its verdict and its text. */
export function shapeGithubReview(event: GithubEvent): Shape {
  const { action, payload, repo } = event;
  const review = at(payload, "review");
  const pull = at(payload, "pull_request");
  const state = tryIdentifier(text(review, "state"))?.toLowerCase();
  const trust = githubTrust(review);
  // A review without verdict and body only wraps comments, which come as events of their own.
  const isEmpty = state === "commented" && text(review, "body") === undefined;
  return githubShape(event, {
    title: [
      `review ${action === "submitted" ? state?.replaceAll("_", " ") ?? action : action}`,
      formatNumber(pull, "number"),
      repo,
    ],
    lines: [
      ...quoted("title", text(pull, "title")),
      ...authorLine(review),
      ...field("commit", shortSha(text(review, "commit_id"))),
      ...bodyLine(review, MAX_BODY_CODE_POINTS),
    ],
    url: cleanUrl(text(review, "html_url"), { keepFragment: true }),
    number: text(pull, "number"),
    trust,
    rule: "submitted by a contributor or member, and not empty",
    isWanted: action === "submitted" && trust !== "external" && !isEmpty,
  });
}
