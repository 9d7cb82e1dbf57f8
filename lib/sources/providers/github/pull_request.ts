import { cleanUrl } from "../../shape/clean_url.ts";
import {
  authorLine,
  bodyLine,
  formatAction,
  formatNumber,
  type GithubEvent,
  githubShape,
  githubTrust,
  loginLine,
} from "./event.ts";
import { tryIdentifier } from "../../shape/identifier.ts";
import { field, quoted } from "../../shape/lines.ts";
import { at, number, text, truthy } from "../../shape/payload.ts";
import type { Line, Shape } from "../../shape/shape.ts";

const MAX_BODY_CODE_POINTS = 300;

const WANTED_ACTIONS: ReadonlySet<string> = new Set([
  "opened",
  "reopened",
  "ready_for_review",
  "review_requested",
  "closed",
]);

/** Actions after which the body is news. */
const BODY_ACTIONS: ReadonlySet<string> = new Set(["opened", "reopened", "ready_for_review"]);

/** Builds the line of the branch to merge; a stranger can have named it. */
function headLine(pull: unknown): Line[] {
  const headRepo = text(pull, "head.repo.full_name");
  const isFork = headRepo !== text(pull, "base.repo.full_name");
  if (!isFork) return quoted("head", text(pull, "head.ref"));
  const origin = headRepo === undefined ? "head, of a deleted fork" : "head, of a fork";
  return quoted(origin, text(pull, "head.label") ?? text(pull, "head.ref"));
}

/** Formats `+10 -2 in 3 files, 2 commits`, if the payload has them. */
function formatSize(pull: unknown): string | undefined {
  const [added, removed, files, commits] = ["additions", "deletions", "changed_files", "commits"]
    .map((name) => number(pull, name));
  if (added === undefined || removed === undefined) return undefined;
  const inFiles = files === undefined ? "" : ` in ${files} ${files === 1 ? "file" : "files"}`;
  const inCommits = commits === undefined
    ? ""
    : `, ${commits} ${commits === 1 ? "commit" : "commits"}`;
  return `+${added} -${removed}${inFiles}${inCommits}`;
}

/** Shapes an action on a pull request. */
export function shapeGithubPullRequest(event: GithubEvent): Shape {
  const { action, payload, repo } = event;
  const pull = at(payload, "pull_request");
  const isMerged = truthy(pull, "merged");
  const isMerge = action === "closed" && isMerged;
  const base = tryIdentifier(text(pull, "base.ref"));
  return githubShape(event, {
    title: [
      `pull request ${isMerge ? "merged" : formatAction(event)}`,
      formatNumber(pull, "number"),
      repo,
    ],
    lines: [
      ...quoted("title", text(pull, "title")),
      ...authorLine(pull),
      ...headLine(pull),
      ...field("base", base),
      ...field("draft", truthy(pull, "draft") ? "yes" : undefined),
      ...(isMerged ? loginLine("merged by", text(pull, "merged_by.login")) : []),
      ...loginLine("reviewer", text(payload, "requested_reviewer.login")),
      ...quoted("team", text(payload, "requested_team.name")),
      ...field("changes", formatSize(pull)),
      ...(BODY_ACTIONS.has(action) ? bodyLine(pull, MAX_BODY_CODE_POINTS) : []),
    ],
    url: cleanUrl(text(pull, "html_url")),
    number: text(pull, "number"),
    ref: base,
    trust: githubTrust(pull),
    rule: "opened, reopened, ready for review, review requested or closed",
    isWanted: WANTED_ACTIONS.has(action),
  });
}
