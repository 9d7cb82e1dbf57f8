/**
 * Pipelines, jobs and deployments of GitLab. The author of a merge request names stages and jobs.
 * The variables of a pipeline are never shown.
 *
 * @module
 */

import { cleanUrl } from "../../shape/clean_url.ts";
import { refLine, subjectOf } from "../../shape/git_push.ts";
import { commitKey, formatPlace, shortSha } from "../../shape/git_ref.ts";
import { actorLine, formatIid, type GitlabEvent, type GitlabFacts } from "./event.ts";
import { tryIdentifier } from "../../shape/identifier.ts";
import { judgeRun } from "../../shape/judge_run.ts";
import { field, joinPresent, listed, quoted } from "../../shape/lines.ts";
import { list, number, text, truthy } from "../../shape/payload.ts";

const MAX_JOBS = 5;

/** Formats a state for a title: `waiting for resource`. */
function formatState(state: string | undefined): string {
  const known = tryIdentifier(state)?.replaceAll("_", " ") ?? "changed";
  return known === "success" ? "succeeded" : known;
}

function formatSeconds(seconds: number | undefined): string | undefined {
  return seconds === undefined ? undefined : `${Math.round(seconds)} s`;
}

/** Formats `test/unit (script_failure)` for a job that made the pipeline fail. */
function failedJob(job: unknown): string[] {
  if (text(job, "status") !== "failed" || truthy(job, "allow_failure")) return [];
  const name = joinPresent([text(job, "stage"), text(job, "name")], "/");
  const reason = text(job, "failure_reason");
  return [reason === undefined ? name : `${name} (${reason})`];
}

/** Shapes a pipeline whose state has changed. */
export function shapePipeline(event: GitlabEvent): GitlabFacts {
  const { payload, repo, defaultBranch } = event;
  const status = text(payload, "object_attributes.status");
  const ref = text(payload, "object_attributes.ref");
  const sha = text(payload, "object_attributes.sha");
  const isTag = truthy(payload, "object_attributes.tag");
  const source = text(payload, "object_attributes.source");
  const id = text(payload, "object_attributes.id");
  const request = formatIid("!", text(payload, "merge_request.iid"));
  // A nightly pipeline may fail while one after a push succeeds, and the other way around.
  const series = source === "schedule" ? ["pipeline", "schedule"] : ["pipeline"];
  const jobs = list(payload, "builds").flatMap(failedJob);
  const branch = isTag || request !== undefined ? undefined : ref;
  return {
    ...judgeRun(status, [...series, repo, request ?? ref]),
    title: [
      `pipeline ${formatState(status)}`,
      formatIid("#", id),
      formatPlace({ repo, branch, defaultBranch }),
    ],
    lines: [
      ...listed("failed jobs", jobs, MAX_JOBS),
      ...quoted(`merge request ${request ?? ""}`.trim(), text(payload, "merge_request.title")),
      ...refLine({ ref, isTag, defaultBranch: branch === undefined ? undefined : defaultBranch }),
      ...field("commit", shortSha(sha)),
      ...quoted("subject", subjectOf(text(payload, "commit.message"))),
      ...field("source", tryIdentifier(source)),
      ...field("duration", formatSeconds(number(payload, "object_attributes.duration"))),
      ...actorLine(event),
    ],
    url: cleanUrl(text(payload, "object_attributes.url")) ?? pageOf(event, `pipelines/${id}`),
    number: id,
    ref: branch,
    burstKey: commitKey(repo, sha),
  };
}

/** Returns a page of the project, such as `jobs/12`. */
function pageOf({ projectUrl }: GitlabEvent, page: string): string | undefined {
  return projectUrl === undefined ? undefined : cleanUrl(`${projectUrl}/-/${page}`);
}

/** Shapes a job whose state has changed; it fails before its pipeline does, often by minutes. */
export function shapeJob(event: GitlabEvent): GitlabFacts {
  const { payload, repo, defaultBranch } = event;
  const status = text(payload, "build_status");
  const ref = text(payload, "ref");
  const isTag = truthy(payload, "tag");
  const id = text(payload, "build_id");
  const isAllowed = truthy(payload, "build_allow_failure");
  const isFailed = status === "failed" && !isAllowed;
  const reason = status === "failed" ? text(payload, "build_failure_reason") : undefined;
  const branch = isTag ? undefined : ref;
  const stage = [text(payload, "build_stage"), text(payload, "build_name")];
  return {
    title: [
      `job ${formatState(status)}`,
      formatIid("#", id),
      formatPlace({ repo, branch, defaultBranch }),
    ],
    lines: [
      ...quoted("job", joinPresent(stage, "/")),
      ...field("reason", tryIdentifier(reason)?.replaceAll("_", " ")),
      ...field("allowed to fail", isAllowed ? "yes" : undefined),
      ...refLine({ ref, isTag, defaultBranch }),
      ...field("commit", shortSha(text(payload, "sha"))),
      ...quoted("subject", subjectOf(text(payload, "commit.message"))),
      ...field("duration", formatSeconds(number(payload, "build_duration"))),
      ...actorLine(event),
    ],
    severity: isFailed ? "error" : "info",
    url: pageOf(event, `jobs/${id}`),
    number: id,
    ref: branch,
    rule: "only failures that are not allowed",
    isWanted: isFailed,
    burstKey: commitKey(repo, text(payload, "sha")),
  };
}

/** Shapes a deployment whose state has changed. */
export function shapeDeployment(event: GitlabEvent): GitlabFacts {
  const { payload, repo } = event;
  const status = text(payload, "status");
  const isFailed = status === "failed";
  return {
    title: [
      `deployment ${formatState(status)}`,
      formatIid("#", text(payload, "deployment_id")),
      repo,
    ],
    lines: [
      ...quoted("environment", text(payload, "environment")),
      ...field("tier", tryIdentifier(text(payload, "environment_tier"))),
      ...field("commit", shortSha(text(payload, "short_sha"))),
      ...quoted("subject", subjectOf(text(payload, "commit_title"))),
      ...actorLine(event),
    ],
    severity: isFailed ? "error" : "info",
    url: cleanUrl(text(payload, "deployable_url")) ?? cleanUrl(event.projectUrl),
    number: text(payload, "deployment_id"),
    rule: "only failures",
    isWanted: isFailed,
  };
}
