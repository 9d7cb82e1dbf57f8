import { createHmacProof, TOLERANCE_MS } from "../proof/create_proof.ts";
import { type Provider, SAMPLE_PAGE, SAMPLE_TEXT } from "../provider.ts";
import { cleanUrl } from "../shape/clean_url.ts";
import { type EventFacts, eventShape } from "../shape/event_shape.ts";
import { refLine, subjectOf } from "../shape/git_push.ts";
import { commitKey, shortSha } from "../shape/git_ref.ts";
import { formatNumber } from "./github/event.ts";
import { tryIdentifier } from "../shape/identifier.ts";
import { judgeRun } from "../shape/judge_run.ts";
import { field, quoted } from "../shape/lines.ts";
import { at, text, truthy } from "../shape/payload.ts";
import { tellingLines } from "../shape/telling_lines.ts";

/** States of Buildkite by the names that judgeRun() knows. */
const STATUSES: ReadonlyMap<string, string> = new Map([
  ["passed", "success"],
  ["timed_out", "timedout"],
]);

/** Reads `owner/name` from the address that a pipeline clones. */
function readRepo(address: string | undefined): string | undefined {
  const pattern = /^(?:[a-z+]+:\/\/)?(?:[^/@]*@)?[^/:@]+(?::\d+)?[/:](.+?)(?:\.git)?\/?$/i;
  const path = pattern.exec(address ?? "")?.[1];
  return path?.includes("/") ? tryIdentifier(path) : undefined;
}

/** Tells a pull request from another repository, whose branch can have any name. */
function isOfFork(payload: unknown): boolean {
  const head = readRepo(text(payload, "build.pull_request.repository"));
  return head !== undefined && head !== readRepo(text(payload, "pipeline.repository"));
}

/** Shapes the end of a build or a job; a build that waits for a person has not ended. */
function shapeRun(what: "build" | "job", payload: unknown): EventFacts {
  const build = at(payload, "build");
  const run = at(payload, what);
  const isAllowed = what === "job" && truthy(run, "soft_failed");
  const isBlocked = what === "build" && truthy(build, "blocked");
  const given = text(run, "state") ?? "finished";
  const state = isBlocked && given === "passed" ? "blocked" : given;
  const status = isAllowed ? "soft_failed" : STATUSES.get(state) ?? state;
  const pipeline = tryIdentifier(text(payload, "pipeline.slug"));
  const repo = readRepo(text(payload, "pipeline.repository"));
  const defaultBranch = text(payload, "pipeline.default_branch");
  const branch = isOfFork(payload) ? undefined : text(build, "branch");
  const tag = text(build, "tag");
  const name = what === "job" ? text(run, "name") ?? text(run, "step_key") ?? "" : "";
  const url = text(run, "web_url") ?? text(build, "web_url");
  return {
    type: what,
    action: "finished",
    ...judgeRun(status, [what, pipeline, name, tag === undefined ? branch : undefined]),
    title: [
      `${what} ${tryIdentifier(status === "soft_failed" ? status : state) ?? "finished"}`
        .replaceAll("_", " "),
      formatNumber(build, "number"),
      pipeline,
    ],
    lines: [
      ...quoted("job", name),
      ...field("exit status", tryIdentifier(text(run, "exit_status"))),
      ...refLine({
        ref: tag ?? text(build, "branch"),
        isTag: tag !== undefined,
        defaultBranch: branch === undefined ? undefined : defaultBranch,
      }),
      ...field("commit", shortSha(text(build, "commit"))),
      ...quoted("subject", subjectOf(text(build, "message"))),
      ...quoted("by", text(build, "creator.name") ?? text(build, "author.name"), 64),
      ...field("started by", tryIdentifier(text(build, "source"))),
    ],
    url: cleanUrl(url, { keepFragment: true }),
    repo,
    project: pipeline,
    number: text(build, "number"),
    ref: tag === undefined ? branch : undefined,
    burstKey: commitKey(repo ?? pipeline, text(build, "commit")),
  };
}

/**
 * Buildkite: finished builds and jobs.
 *
 * Source of the rules: https://buildkite.com/docs/apis/webhooks/pipelines
 */
export const buildkite: Provider<"buildkite"> = {
  name: "buildkite",
  // A webhook can also send its token as it is, which proves less; only signatures are accepted.
  scheme: {
    proof: createHmacProof("x-buildkite-signature", {
      layout: "pairs",
      prefix: "signature=",
      content: "{timestamp}.{body}",
      timestampPair: "timestamp",
      toleranceMs: TOLERANCE_MS,
    }),
    id: {},
    event: { headers: ["x-buildkite-event"], paths: ["event"] },
    pings: ["ping"],
  },
  setup: {
    where: "Organization settings > Notification Services > Webhook > Add",
    urlField: "Webhook URL",
    secretField: "Token",
    settings: [["Token is sent", "as an HMAC signature in X-Buildkite-Signature"]],
  },
  sample: ({ nowMs, sha, repository }) => ({
    event: "build.finished",
    payload: {
      event: "build.finished",
      build: {
        id: `test-${nowMs}`,
        number: 1,
        state: "failed",
        blocked: false,
        branch: "main",
        commit: sha,
        message: SAMPLE_TEXT,
        source: "api",
        web_url: SAMPLE_PAGE,
      },
      pipeline: {
        slug: "source-test",
        repository: `https://github.com/${repository}.git`,
        default_branch: "main",
      },
      sender: { name: "Source test" },
    },
  }),
  shape({ event, payload }) {
    const name = tryIdentifier(text(payload, "event") ?? event) ?? "event";
    if (name === "build.finished") return eventShape(shapeRun("build", payload));
    if (name === "job.finished") return eventShape(shapeRun("job", payload));
    const [type = name, action] = name.split(".", 2);
    const pipeline = tryIdentifier(text(payload, "pipeline.slug"));
    return eventShape({
      type,
      action,
      title: [name.replace(/[._]/g, " "), formatNumber(payload, "build.number"), pipeline],
      lines: tellingLines(at(payload, type)),
      url: cleanUrl(text(payload, "build.web_url") ?? text(payload, "agent.web_url")),
      project: pipeline,
      rule: name === "ping" ? "never" : "not among the defaults",
      isWanted: false,
    });
  },
  events: ["build.finished", "build.failing", "job.finished", "agent.lost"],
};
