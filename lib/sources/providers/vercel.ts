import { createHmacProof } from "../proof/create_proof.ts";
import { type Provider, SAMPLE_TEXT } from "../provider.ts";
import { cleanUrl } from "../shape/clean_url.ts";
import { type EventFacts, eventShape } from "../shape/event_shape.ts";
import { subjectOf } from "../shape/git_push.ts";
import { commitKey, shortSha } from "../shape/git_ref.ts";
import { loginLine } from "./github/event.ts";
import { tryIdentifier } from "../shape/identifier.ts";
import { judgeRun } from "../shape/judge_run.ts";
import { field, quoted } from "../shape/lines.ts";
import { at, text } from "../shape/payload.ts";
import { tellingLines } from "../shape/telling_lines.ts";

interface Origin {
  readonly repo: string | undefined;
  readonly branch: string | undefined;
  readonly sha: string | undefined;
  readonly message: string | undefined;
  readonly actor: string | undefined;
}

const STATES: ReadonlyMap<string, { readonly words: string; readonly status: string }> = new Map([
  ["deployment.error", { words: "failed", status: "error" }],
  ["deployment.checks.failed", { words: "checks failed", status: "failed" }],
  ["deployment.succeeded", { words: "succeeded", status: "success" }],
  ["deployment.ready", { words: "ready", status: "success" }],
  ["deployment.canceled", { words: "canceled", status: "canceled" }],
  ["deployment.created", { words: "created", status: "created" }],
  ["deployment.checks.succeeded", { words: "checks succeeded", status: "checked" }],
  ["deployment.promoted", { words: "promoted", status: "promoted" }],
  ["deployment.rollback", { words: "rolled back", status: "rollback" }],
]);

function readOrigin(meta: unknown): Origin {
  const forge = ["github", "gitlab", "bitbucket"]
    .find((name) => text(meta, `${name}CommitSha`) !== undefined) ?? "github";
  const read = (name: string) => text(meta, `${forge}${name}`);
  const owner = read("Org") ?? read("CommitOrg") ?? read("RepoOwner");
  const name = read("Repo") ?? read("CommitRepo") ?? read("RepoSlug");
  const path = owner === undefined || name === undefined ? undefined : `${owner}/${name}`;
  return {
    repo: tryIdentifier(read("ProjectPath") ?? path),
    branch: read("CommitRef"),
    sha: read("CommitSha"),
    message: read("CommitMessage"),
    actor: read("CommitAuthorLogin"),
  };
}

/** Shapes a deployment of a project. */
function shapeDeployment(type: string, payload: unknown): EventFacts {
  const body = at(payload, "payload");
  const deployment = at(body, "deployment");
  const { repo, branch, sha, message, actor } = readOrigin(at(deployment, "meta"));
  const project = tryIdentifier(
    text(body, "project.name") ?? text(deployment, "name") ?? text(body, "name"),
  );
  // A deployment without a target is a preview.
  const target = tryIdentifier(text(body, "target") ?? text(deployment, "target")) ?? "preview";
  const { words, status } = STATES.get(type) ?? { words: "changed", status: "" };
  const error = text(deployment, "errorMessage") ?? text(body, "errorMessage");
  // Previews of different branches are independent.
  const stage = target === "preview" ? branch : target;
  return {
    type,
    ...judgeRun(status, ["deployment", text(body, "project.id") ?? project, stage]),
    title: [`deployment ${words}`, target, project],
    lines: [
      ...quoted("error", error, 400),
      ...quoted("branch", branch),
      ...field("commit", shortSha(sha)),
      ...quoted("subject", subjectOf(message)),
      ...loginLine("by", actor),
      ...field("repository", repo),
    ],
    url: cleanUrl(text(body, "links.deployment")) ?? cleanUrl(text(deployment, "inspectorUrl")),
    repo,
    project,
    actor,
    ref: target === "production" ? branch : undefined,
    burstKey: commitKey(repo ?? project, sha),
  };
}

/**
 * Vercel: deployments; other events show their fields.
 *
 * Source of the rules: https://vercel.com/docs/webhooks/webhooks-api
 */
export const vercel: Provider<"vercel"> = {
  name: "vercel",
  scheme: {
    proof: createHmacProof("x-vercel-signature", { hash: "SHA-1" }),
    id: { path: "id" },
    event: {},
  },
  setup: {
    where: "Team settings > Webhooks > Create webhook",
    urlField: "Endpoint URL",
    secretField: "Secret",
    isSecretTheirs: true,
  },
  sample: ({ nowMs, sha }) => ({
    event: "",
    payload: {
      id: `test-${nowMs}`,
      type: "deployment.error",
      createdAt: nowMs,
      payload: {
        deployment: {
          name: "source-test",
          errorMessage: SAMPLE_TEXT,
          meta: { githubCommitSha: sha },
        },
        links: { deployment: "https://vercel.com/example/test" },
        target: "production",
      },
    },
  }),
  shape({ payload }) {
    const type = text(payload, "type") ?? "";
    if (type.startsWith("deployment.")) return eventShape(shapeDeployment(type, payload));
    const isAlert = /^alerts?\.triggered$/.test(type);
    const project = tryIdentifier(text(payload, "payload.project.name"));
    return eventShape({
      type,
      title: [tryIdentifier(type) ?? "event", project],
      lines: tellingLines(at(payload, "payload")),
      url: cleanUrl(text(payload, "payload.links.project")),
      severity: isAlert ? "warning" : "info",
      project,
      rule: isAlert ? "all" : "not among the defaults",
      isWanted: isAlert,
    });
  },
  events: [...STATES.keys(), "alerts.triggered"],
};
