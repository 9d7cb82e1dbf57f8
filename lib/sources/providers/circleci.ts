import { createHmacProof } from "../proof/create_proof.ts";
import { type Provider, SAMPLE_PAGE, SAMPLE_TEXT } from "../provider.ts";
import { cleanUrl } from "../shape/clean_url.ts";
import { type EventFacts, eventShape } from "../shape/event_shape.ts";
import { refLine, subjectOf } from "../shape/git_push.ts";
import { commitKey, shortSha } from "../shape/git_ref.ts";
import { formatNumber, loginLine } from "./github/event.ts";
import { tryIdentifier } from "../shape/identifier.ts";
import { judgeRun } from "../shape/judge_run.ts";
import { field, quoted } from "../shape/lines.ts";
import { at, text } from "../shape/payload.ts";
import { tellingLines } from "../shape/telling_lines.ts";

/** Clearer words for some states of CircleCI. */
const STATES: ReadonlyMap<string | undefined, string> = new Map([
  ["success", "succeeded"],
  ["error", "failed"],
  ["timedout", "timed out"],
  ["infrastructure_fail", "failed for its machine"],
]);

interface Cause {
  readonly branch: string | undefined;
  readonly tag: string | undefined;
  readonly sha: string | undefined;
  readonly subject: string | undefined;
  readonly actor: string | undefined;
}

/**
 * Reads what started a pipeline: `vcs` has it for GitHub and Bitbucket, `trigger_parameters` for
 * GitLab and apps of GitHub.
 */
function readCause(pipeline: unknown): Cause {
  const vcs = at(pipeline, "vcs");
  const git = at(pipeline, "trigger_parameters.git");
  const app = at(pipeline, "trigger_parameters.github_app") ??
    at(pipeline, "trigger_parameters.gitlab");
  return {
    branch: text(vcs, "branch") ?? text(git, "branch"),
    tag: text(vcs, "tag") ?? text(git, "tag"),
    sha: text(vcs, "revision") ?? text(git, "checkout_sha"),
    subject: subjectOf(
      text(vcs, "commit.subject") ?? text(app, "commit_title") ?? text(app, "commit_message"),
    ),
    actor: text(git, "author_login") ?? text(app, "user_username"),
  };
}

interface Project {
  /** `owner/name` as CircleCI shows it. */
  readonly name: string | undefined;
  /** `owner/name` of the repository. */
  readonly repo: string | undefined;
}

function joinNames(owner: string | undefined, name: string | undefined): string | undefined {
  return owner === undefined || name === undefined ? undefined : tryIdentifier(`${owner}/${name}`);
}

/**
 * Reads the project. A project of GitLab or of an app of GitHub has only ids in its slug, and a
 * name that can differ from that of its repository; the parameters of the trigger have the
 * repository.
 */
function readProject(payload: unknown): Project {
  const slug = text(payload, "project.slug") ?? "";
  const ofSlug = tryIdentifier(/^(?:github|gh|bitbucket|bb)\/([^/]+\/[^/]+)$/.exec(slug)?.[1]);
  const parameters = at(payload, "pipeline.trigger_parameters");
  const page = URL.parse(text(parameters, "gitlab.web_url") ?? "")?.pathname ?? "";
  return {
    name: ofSlug ?? joinNames(text(payload, "organization.name"), text(payload, "project.name")),
    repo: ofSlug ?? tryIdentifier(/^\/([^/]+(?:\/[^/]+)+)$/.exec(page)?.[1]) ??
      joinNames(text(parameters, "git.repo_owner"), text(parameters, "git.repo_name")),
  };
}

/** Shapes a finished workflow or job. */
function shapeRun(type: "workflow-completed" | "job-completed", payload: unknown): EventFacts {
  const what = type === "workflow-completed" ? "workflow" : "job";
  const run = at(payload, what);
  const status = text(run, "status");
  const { name: project, repo } = readProject(payload);
  const { branch, tag, sha, subject, actor } = readCause(at(payload, "pipeline"));
  const name = text(run, "name");
  const workflow = text(payload, "workflow.name");
  return {
    type,
    ...judgeRun(status, [type, project, name, branch]),
    title: [
      `${what} ${STATES.get(status) ?? tryIdentifier(status)?.replaceAll("_", " ") ?? "completed"}`,
      formatNumber(payload, what === "job" ? "job.number" : "pipeline.number"),
      project,
    ],
    lines: [
      // The author of a pull request can rename both in its configuration.
      ...quoted(what, what === "job" && workflow !== undefined ? `${workflow}/${name}` : name),
      ...refLine({ ref: tag ?? branch, isTag: tag !== undefined, defaultBranch: undefined }),
      ...field("commit", shortSha(sha)),
      ...quoted("subject", subject),
      ...loginLine("by", actor),
    ],
    url: cleanUrl(text(payload, "workflow.url")),
    repo,
    project: project === repo ? undefined : project,
    actor,
    number: text(payload, "pipeline.number"),
    ref: branch,
    burstKey: commitKey(project, sha),
  };
}

/**
 * CircleCI: finished workflows and jobs.
 *
 * Source of the rules: https://circleci.com/docs/webhooks-reference
 */
export const circleci: Provider<"circleci"> = {
  name: "circleci",
  scheme: {
    proof: createHmacProof("circleci-signature", { layout: "pairs", prefix: "v1=" }),
    id: { path: "id" },
    event: { paths: ["type"] },
    pings: ["ping"],
  },
  setup: {
    where: "Project settings > Webhooks > Add webhook",
    urlField: "Receiver URL",
    secretField: "Secret token",
  },
  sample: ({ nowMs, time, repository, sha }) => ({
    event: "",
    payload: {
      id: `test-${nowMs}`,
      type: "workflow-completed",
      happened_at: time,
      workflow: { name: "source test", status: "failed", url: SAMPLE_PAGE },
      pipeline: {
        number: 1,
        vcs: { branch: "main", revision: sha, commit: { subject: SAMPLE_TEXT } },
      },
      project: { slug: `github/${repository}` },
    },
  }),
  shape({ payload }) {
    const type = text(payload, "type") ?? "";
    if (type === "workflow-completed" || type === "job-completed") {
      return eventShape(shapeRun(type, payload));
    }
    const rule = type === "ping" ? "never" : "not among the defaults";
    const title = [tryIdentifier(type) ?? "event", readProject(payload).name];
    return eventShape({ type, title, lines: tellingLines(payload), rule, isWanted: false });
  },
  events: ["workflow-completed", "job-completed"],
};
