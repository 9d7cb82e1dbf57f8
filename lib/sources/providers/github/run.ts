/**
 * Runs of GitHub Actions and their jobs.
 *
 * Only a branch of the repository itself cannot be named by a stranger. Any pull request can change
 * a workflow, so its name is trusted only in a run of such a branch.
 *
 * @module
 */

import { formatAge } from "../../../text/duration.ts";
import { cleanUrl } from "../../shape/clean_url.ts";
import { cleanValue } from "../../shape/clean_value.ts";
import { subjectOf } from "../../shape/git_push.ts";
import { commitKey, formatPlace, shortSha } from "../../shape/git_ref.ts";
import { formatNumber, type GithubEvent, githubShape, loginLine } from "./event.ts";
import { formatPullRequests, readOutcome } from "./outcome.ts";
import { tryIdentifier } from "../../shape/identifier.ts";
import { field, listed, quoted } from "../../shape/lines.ts";
import { at, list, number, text } from "../../shape/payload.ts";
import type { Shape } from "../../shape/shape.ts";

const MAX_NAME_CODE_POINTS = 60;
const MAX_STEPS = 5;

/** The longest subject of a state on disk, in UTF-16 units. */
const MAX_SUBJECT_LENGTH = 500;

/** Shapes a run of a workflow: what failed and where; a success is news after a failure. */
export function shapeGithubRun(event: GithubEvent): Shape {
  const { action, payload, repo, defaultBranch } = event;
  const run = at(payload, "workflow_run");
  const sha = text(run, "head_sha");
  const branch = text(run, "head_branch");
  const headRepo = text(run, "head_repository.full_name");
  const isOwn = repo !== undefined && headRepo === repo;
  const place = formatPlace({ repo, branch: isOwn ? branch : undefined, defaultBranch });
  const name = text(payload, "workflow.name") ?? text(run, "name") ?? "workflow";
  const runNumber = formatNumber(run, "run_number");
  const { words, isBad, severity } = readOutcome(run);
  const isSuccess = text(run, "conclusion") === "success";
  const subject = `workflow_run ${repo} ${text(run, "workflow_id")} ${headRepo}:${branch}`;
  const attempt = number(run, "run_attempt") ?? 1;
  return githubShape(event, {
    title: [
      `workflow ${words}`,
      [isOwn ? cleanValue(name, MAX_NAME_CODE_POINTS) : "run", runNumber].join(" ").trim(),
      place,
    ],
    lines: [
      ...(isOwn ? [] : quoted("workflow", name)),
      ...quoted("title", text(run, "display_title") ?? subjectOf(text(run, "head_commit.message"))),
      ...(place === repo ? quoted(isOwn ? "branch" : "branch, of a fork", branch) : []),
      ...field("commit", shortSha(sha)),
      ...field("trigger", tryIdentifier(text(run, "event"))),
      ...field("attempt", attempt > 1 ? String(attempt) : undefined),
      ...loginLine("by", text(run, "triggering_actor.login") ?? text(run, "actor.login")),
      ...field("pull requests", formatPullRequests(run)),
    ],
    url: cleanUrl(text(run, "html_url")),
    severity,
    number: text(run, "run_number"),
    ref: isOwn ? branch : undefined,
    rule: "only failures, and the first success after one",
    isWanted: action === "completed" && (isBad || isSuccess),
    burstKey: commitKey(repo, sha),
    track: action === "completed" && (isBad || isSuccess)
      ? { subject: subject.slice(0, MAX_SUBJECT_LENGTH), state: isBad ? "bad" : "good" }
      : undefined,
  });
}

/** Formats the duration of a job; `undefined` for times that make no sense. */
function formatDuration(job: unknown): string | undefined {
  const ms = Date.parse(text(job, "completed_at") ?? "") -
    Date.parse(text(job, "started_at") ?? "");
  return ms >= 0 ? formatAge(ms) : undefined;
}

/** Shapes a job of a run: the steps that failed. It joins its run in a burst. */
export function shapeGithubJob(event: GithubEvent): Shape {
  const { action, payload, repo } = event;
  const job = at(payload, "workflow_job");
  const sha = text(job, "head_sha");
  const { words, isBad, severity } = readOutcome(job);
  const names = [text(job, "workflow_name"), text(job, "name")].filter((n) => n !== undefined);
  const failed = list(job, "steps").filter((step) => readOutcome(step).isBad);
  const attempt = number(job, "run_attempt") ?? 1;
  return githubShape(event, {
    title: [`job ${words}`, repo],
    lines: [
      ...quoted("job", names.join(" / ")),
      ...listed("failed steps", failed.map((step) => text(step, "name")), MAX_STEPS),
      ...quoted("branch", text(job, "head_branch")),
      ...field("commit", shortSha(sha)),
      ...field("attempt", attempt > 1 ? String(attempt) : undefined),
      ...field("duration", formatDuration(job)),
      ...quoted("runner", text(job, "runner_name")),
    ],
    url: cleanUrl(text(job, "html_url")),
    severity,
    rule: "only failures",
    isWanted: action === "completed" && isBad,
    burstKey: commitKey(repo, sha),
  });
}
