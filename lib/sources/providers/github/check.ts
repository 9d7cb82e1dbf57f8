/**
 * Reports of other systems about commits: checks, suites of checks, and statuses.
 *
 * @module
 */

import { cleanUrl } from "../../shape/clean_url.ts";
import { commitKey, shortSha } from "../../shape/git_ref.ts";
import { type GithubEvent, githubShape } from "./event.ts";
import { formatPullRequests, readOutcome } from "./outcome.ts";
import { tryIdentifier } from "../../shape/identifier.ts";
import { field, quoted } from "../../shape/lines.ts";
import { at, list, number, text } from "../../shape/payload.ts";
import type { Shape } from "../../shape/shape.ts";
import { visibleMarkdown } from "../../shape/visible_markdown.ts";

const MAX_SUMMARY_CODE_POINTS = 300;

/** The app whose runs come as `workflow_run`. */
const ACTIONS_SLUG = "github-actions";

/** Returns the page of a commit's checks; a suite has no page of its own. */
function checksUrl(payload: unknown, sha: string | undefined): string | undefined {
  const url = text(payload, "repository.html_url");
  return url === undefined || shortSha(sha) === undefined
    ? undefined
    : cleanUrl(`${url}/commit/${sha}/checks`);
}

/** Shapes a check or a suite of checks. */
export function shapeGithubCheck(event: GithubEvent): Shape {
  const { type, action, payload, repo } = event;
  const isSuite = type === "check_suite";
  const check = at(payload, type);
  const sha = text(check, "head_sha");
  const app = text(check, "app.slug") ?? text(check, "app.name");
  const annotations = number(check, "output.annotations_count") ?? 0;
  const summary = text(check, "output.summary");
  const { words, isBad, severity } = readOutcome(check);
  return githubShape(event, {
    title: [`${isSuite ? "checks" : "check"} ${words}`, tryIdentifier(app), repo],
    lines: [
      ...(tryIdentifier(app) === undefined ? quoted("app", app) : []),
      ...quoted("check", text(check, "name")),
      ...quoted("title", text(check, "output.title")),
      ...quoted(
        "summary",
        summary === undefined ? undefined : visibleMarkdown(summary),
        MAX_SUMMARY_CODE_POINTS,
      ),
      ...field("annotations", annotations > 0 ? String(annotations) : undefined),
      ...quoted("branch", text(check, "head_branch") ?? text(check, "check_suite.head_branch")),
      ...field("commit", shortSha(sha)),
      ...field("pull requests", formatPullRequests(check)),
    ],
    url: cleanUrl(text(check, "html_url")) ?? cleanUrl(text(check, "details_url")) ??
      checksUrl(payload, sha),
    severity,
    rule: `only failures, and none of ${ACTIONS_SLUG}`,
    isWanted: action === "completed" && isBad && app !== ACTIONS_SLUG,
    burstKey: commitKey(repo, sha),
  });
}

/** Shapes the status of a commit, the way of systems that are no apps. */
export function shapeGithubStatus(event: GithubEvent): Shape {
  const { payload, repo } = event;
  const sha = text(payload, "sha");
  const { words, isBad, severity } = readOutcome({ conclusion: text(payload, "state") });
  return githubShape(event, {
    title: [`status ${words}`, repo],
    lines: [
      ...quoted("context", text(payload, "context")),
      ...quoted("description", text(payload, "description")),
      ...quoted("branch", text(list(payload, "branches")[0], "name")),
      ...field("commit", shortSha(sha)),
    ],
    url: cleanUrl(text(payload, "target_url"), { keepQuery: ["buildId"] }) ??
      cleanUrl(text(payload, "commit.html_url")),
    severity,
    rule: "only failures",
    isWanted: isBad,
    burstKey: commitKey(repo, sha),
  });
}
