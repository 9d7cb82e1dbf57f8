/**
 * Converts deliveries of Gitea and Forgejo to those of GitHub, whose bodies differ in a few names.
 * They do not say how close an author is; that is judged here.
 *
 * @module
 */

import { forgeTrust } from "../../shape/forge_trust.ts";
import { at, text, truthy } from "../../shape/payload.ts";
import type { Delivery, Trust } from "../../shape/shape.ts";

const ASSOCIATIONS: Readonly<Record<Trust, string>> = {
  member: "MEMBER",
  contributor: "CONTRIBUTOR",
  external: "NONE",
};

/** Verdicts of reviews, which are types of their own. */
const REVIEW_REGEXP = /^pull_request_(?:review_)?(approved|rejected|comment)$/;

const VERDICTS: ReadonlyMap<string | undefined, string> = new Map([
  ["approved", "approved"],
  ["rejected", "changes_requested"],
]);

/**
 * Tells that the author may write to the repository. `permissions` belong to the person who opened
 * the issue or pull request or made the comment; in other events they may belong to another person.
 */
function mayWrite(payload: unknown, login: string | undefined): boolean {
  const action = text(payload, "action");
  const isByAuthor = action === "created"
    ? at(payload, "comment") !== undefined
    : action === "opened";
  return isByAuthor && login !== undefined && login === text(payload, "sender.login") &&
    truthy(payload, "repository.permissions.push");
}

/** Adds the `author_association` that GitHub would send. */
function withAssociation(object: unknown, payload: unknown): unknown {
  if (typeof object !== "object" || object === null) return object;
  const login = text(object, "user.login");
  const trust = forgeTrust({
    login,
    repo: text(payload, "repository.full_name"),
    visibility: truthy(payload, "repository.private")
      ? "private"
      : truthy(payload, "repository.internal")
      ? "internal"
      : "public",
    isWriter: mayWrite(payload, login),
  });
  return { ...object, author_association: ASSOCIATIONS[trust] };
}

/** Converts the issue of a comment, which may be a pull request. */
function toIssue(payload: unknown): unknown {
  const issue = withAssociation(at(payload, "issue"), payload);
  return truthy(payload, "is_pull") ? { ...Object(issue), pull_request: {} } : issue;
}

/** Converts a review, which has no author of its own. */
function toReview(payload: unknown, verdict: string | undefined): unknown {
  const review = {
    state: VERDICTS.get(verdict) ?? "commented",
    body: text(payload, "review.content"),
    user: at(payload, "sender"),
    html_url: text(payload, "pull_request.html_url"),
  };
  return withAssociation(review, payload);
}

/**
 * Converts a run; the workflow stands beside it, and one for a push is of the repository itself.
 */
function toRun(payload: unknown): unknown {
  const run = at(payload, "workflow_run");
  const isOwn = text(run, "event") === "push";
  return {
    ...Object(run),
    workflow_id: text(run, "workflow_id") ?? text(payload, "workflow.id"),
    head_repository: at(run, "head_repository") ??
      (isOwn ? at(payload, "repository") : undefined),
  };
}

/** Converts a delivery of Gitea or Forgejo to the one that GitHub would have sent. */
export function toGithubDelivery({ event, payload }: Delivery): Delivery {
  if (typeof payload !== "object" || Array.isArray(payload)) return { event, payload };
  const [, verdict] = REVIEW_REGEXP.exec(event) ?? [];
  const isReview = verdict !== undefined && at(payload, "review") !== undefined;
  const action = text(payload, "action");
  const common = {
    ...payload,
    action: isReview ? "submitted" : action === "synchronized" ? "synchronize" : action,
    pull_request: withAssociation(at(payload, "pull_request"), payload),
    issue: toIssue(payload),
    comment: withAssociation(at(payload, "comment"), payload),
  };
  if (isReview) {
    return {
      event: "pull_request_review",
      payload: { ...common, review: toReview(payload, verdict) },
    };
  }
  if (event === "workflow_run") {
    return { event, payload: { ...common, workflow_run: toRun(payload) } };
  }
  return { event, payload: common };
}
