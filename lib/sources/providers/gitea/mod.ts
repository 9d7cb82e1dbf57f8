/**
 * Gitea and Forgejo. Their bodies are those of GitHub, except for pushes, deletions and the runs of
 * Forgejo Actions.
 *
 * @module
 */

import { createHmacProof } from "../../proof/create_proof.ts";
import {
  CONTENT_TYPE,
  type Provider,
  type ProviderSetup,
  type Sample,
  SAMPLE_PAGE,
  SAMPLE_TEXT,
  type SampleParts,
} from "../../provider.ts";
import { cleanUrl } from "../../shape/clean_url.ts";
import { type EventFacts, eventShape } from "../../shape/event_shape.ts";
import { countFiles, pushFacts, refLine, subjectOf } from "../../shape/git_push.ts";
import { commitKey, formatPlace, refName, shortSha } from "../../shape/git_ref.ts";
import { toGithubDelivery } from "./to_github.ts";
import { github } from "../github/mod.ts";
import { readPush } from "../github/push.ts";
import { formatNumber, loginLine, readGithubEvent } from "../github/event.ts";
import { judgeRun } from "../../shape/judge_run.ts";
import { field, quoted } from "../../shape/lines.ts";
import { at, list, number, text, truthy } from "../../shape/payload.ts";
import type { Delivery, Shape } from "../../shape/shape.ts";

type GiteaFacts = Omit<EventFacts, "type" | "action" | "repo" | "actor">;

/** Words for the outcomes of Forgejo Actions; events are named after the key. */
const RUN_WORDS: ReadonlyMap<string, string> = new Map([
  ["failure", "failed"],
  ["success", "succeeded"],
  ["recover", "succeeded again"],
  ["cancelled", "cancelled"],
]);

function shapePush({ payload }: Delivery): GiteaFacts {
  const push = readPush(readGithubEvent({ event: "push", payload }));
  const commits = list(payload, "commits");
  const count = number(payload, "total_commits") ?? commits.length;
  const facts = pushFacts({
    ...push,
    // Neither forge says that commits were removed.
    isForced: false,
    count,
    messages: push.messages.toReversed(),
  }, [
    ...loginLine("by", text(payload, "pusher.login") ?? text(payload, "sender.login")),
    // A push of many commits carries only the newest few.
    ...field("files", count > commits.length ? undefined : countFiles(commits)),
  ]);
  const url = cleanUrl(text(payload, "compare_url")) ??
    cleanUrl(text(payload, "repository.html_url"));
  return { ...facts, url };
}

/** Shapes the deletion of a branch or tag, for which no push comes. */
function shapeDelete({ payload }: Delivery): GiteaFacts {
  const { repo, defaultBranch } = readGithubEvent({ event: "delete", payload });
  const facts = pushFacts({
    repo,
    defaultBranch,
    ref: text(payload, "ref"),
    isTag: text(payload, "ref_type") === "tag",
    before: undefined,
    after: undefined,
    isForced: false,
    count: undefined,
    messages: [],
  }, loginLine("by", text(payload, "sender.login")));
  return { ...facts, rule: "all", url: cleanUrl(text(payload, "repository.html_url")) };
}

/** Shapes the end of a run of Forgejo Actions; the repository can stand inside the run alone. */
function shapeRun({ event, payload }: Delivery): GiteaFacts {
  const run = at(payload, "run");
  const repository = at(payload, "repository") ?? at(run, "repository");
  const repo = text(repository, "full_name");
  const sha = text(run, "commit_sha") ?? text(run, "head_sha");
  const ref = text(run, "prettyref") ?? text(run, "head_branch");
  const isFork = truthy(run, "is_fork_pull_request");
  const branch = isFork ? undefined : refName(ref);
  const defaultBranch = text(repository, "default_branch");
  const state = text(payload, "action") ?? event.slice(event.lastIndexOf("_") + 1);
  return {
    ...judgeRun(state, ["action_run", repo, text(run, "workflow_id"), isFork ? "fork" : ref]),
    title: [
      `workflow ${RUN_WORDS.get(state) ?? "ended"}`,
      formatNumber(run, "index_in_repo") ?? formatNumber(run, "id"),
      formatPlace({ repo, branch, defaultBranch }),
    ],
    lines: [
      ...quoted("workflow", text(run, "workflow_id")),
      ...quoted("title", subjectOf(text(run, "title"))),
      ...(isFork
        ? quoted("branch, of a fork", ref)
        : refLine({ ref, isTag: false, defaultBranch })),
      ...field("commit", shortSha(sha)),
      ...quoted("trigger", text(run, "trigger_event") ?? text(run, "event"), 64),
      ...loginLine("by", text(run, "trigger_user.login") ?? text(payload, "sender.login")),
    ],
    url: cleanUrl(text(run, "html_url")),
    number: text(run, "index_in_repo"),
    ref: branch,
    burstKey: commitKey(repo, sha),
  };
}

/** Selects the reader of an event that differs from GitHub's. */
function readerOf({ event, payload }: Delivery): ((delivery: Delivery) => GiteaFacts) | undefined {
  if (event === "push") return shapePush;
  if (event === "delete") return shapeDelete;
  return /^action_run(?:_|$)/.test(event) && at(payload, "run") !== undefined
    ? shapeRun
    : undefined;
}

function shape(delivery: Delivery): Shape {
  const { event, payload } = delivery;
  const { type, action, repo } = readGithubEvent(delivery);
  const common = {
    type,
    action: action === "" ? undefined : action,
    repo: repo ?? text(payload, "run.repository.full_name"),
    actor: text(payload, "sender.login") ?? text(payload, "run.trigger_user.login"),
  };
  const read = readerOf(delivery);
  if (read !== undefined) return eventShape({ ...common, ...read(delivery) });
  const shaped = github.shape(toGithubDelivery({ event, payload }));
  // The event keeps the name that the forge gives it and documents.
  const { event: name, meta } = eventShape({ ...common, ...shaped, title: [] });
  const ownAction = meta.action === undefined ? {} : { action: meta.action };
  return { ...shaped, event: name, meta: { ...shaped.meta, ...ownAction } };
}

const GITEA_EVENTS: readonly string[] = [
  "push",
  "delete",
  "pull_request",
  "pull_request_approved",
  "pull_request_rejected",
  "pull_request_comment",
  "issues",
  "issue_comment",
  "release",
  "workflow_run",
  "workflow_job",
];

function setupOf(forge: string): ProviderSetup {
  return {
    where: `Repository > Settings > Webhooks > Add webhook > ${forge}`,
    urlField: "Target URL",
    secretField: "Secret",
    settings: [CONTENT_TYPE],
  };
}

/** Makes a push, as both forges send it. */
function sample({ nowMs, repository, sha }: SampleParts): Sample {
  return {
    event: "push",
    payload: {
      ref: "refs/heads/main",
      before: nowMs.toString(16).padStart(40, "1"),
      after: sha,
      compare_url: SAMPLE_PAGE,
      commits: [{ id: sha, message: SAMPLE_TEXT, added: [], modified: ["README.md"], removed: [] }],
      total_commits: 1,
      repository: { full_name: repository, default_branch: "main", html_url: SAMPLE_PAGE },
      pusher: { login: "octocat" },
      sender: { login: "octocat" },
    },
  };
}

export const gitea: Provider<"gitea"> = {
  name: "gitea",
  scheme: {
    proof: createHmacProof("x-gitea-signature"),
    id: { headers: ["x-gitea-delivery"] },
    event: { headers: ["x-gitea-event"] },
  },
  setup: setupOf("Gitea"),
  sample,
  shape,
  events: GITEA_EVENTS,
};

export const forgejo: Provider<"forgejo"> = {
  name: "forgejo",
  scheme: {
    proof: createHmacProof("x-forgejo-signature", {
      headers: [{ signature: "x-forgejo-signature" }, { signature: "x-gitea-signature" }],
    }),
    id: { headers: ["x-forgejo-delivery", "x-gitea-delivery"] },
    event: { headers: ["x-forgejo-event", "x-gitea-event"] },
  },
  setup: setupOf("Forgejo"),
  sample,
  shape,
  events: [...GITEA_EVENTS, "action_run_failure", "action_run_recover", "action_run_success"],
};
