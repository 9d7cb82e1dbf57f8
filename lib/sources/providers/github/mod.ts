/**
 * GitHub: repositories, their pull requests, issues, runs and alerts.
 *
 * An event without a reading of its own, such as a star, is not wanted unless the configuration
 * allows it: a stranger can cause most of those.
 *
 * @module
 */

import { createHmacProof } from "../../proof/create_proof.ts";
import { CONTENT_TYPE, type Provider, SAMPLE_PAGE, SAMPLE_TEXT } from "../../provider.ts";
import { cleanUrl } from "../../shape/clean_url.ts";
import { shapeGeneric } from "../../shape/shape_generic.ts";
import { shapeGithubCheck, shapeGithubStatus } from "./check.ts";
import { shapeGithubComment, shapeGithubReview } from "./comment.ts";
import {
  formatAction,
  type GithubEvent,
  githubShape,
  loginLine,
  readGithubEvent,
} from "./event.ts";
import { shapeGithubIssue } from "./issue.ts";
import { shapeGithubPullRequest } from "./pull_request.ts";
import { shapeGithubPush } from "./push.ts";
import { shapeGithubDeploymentStatus, shapeGithubRelease } from "./release.ts";
import { shapeGithubJob, shapeGithubRun } from "./run.ts";
import {
  shapeGithubAdvisory,
  shapeGithubCodeScanning,
  shapeGithubDependabot,
  shapeGithubSecretScanning,
} from "./security.ts";
import { isRecord, text } from "../../shape/payload.ts";
import type { Shape } from "../../shape/shape.ts";

const SHAPERS: ReadonlyMap<string, (event: GithubEvent) => Shape> = new Map([
  ["push", shapeGithubPush],
  ["pull_request", shapeGithubPullRequest],
  ["workflow_run", shapeGithubRun],
  ["workflow_job", shapeGithubJob],
  ["check_run", shapeGithubCheck],
  ["check_suite", shapeGithubCheck],
  ["status", shapeGithubStatus],
  ["issues", shapeGithubIssue],
  ["discussion", shapeGithubIssue],
  ["issue_comment", shapeGithubComment],
  ["pull_request_review", shapeGithubReview],
  ["pull_request_review_comment", shapeGithubComment],
  ["discussion_comment", shapeGithubComment],
  ["commit_comment", shapeGithubComment],
  ["release", shapeGithubRelease],
  ["deployment_status", shapeGithubDeploymentStatus],
  ["dependabot_alert", shapeGithubDependabot],
  ["code_scanning_alert", shapeGithubCodeScanning],
  ["secret_scanning_alert", shapeGithubSecretScanning],
  ["security_advisory", shapeGithubAdvisory],
  ["repository_advisory", shapeGithubAdvisory],
]);

/** Members that stand elsewhere in an event, or in no event. */
const COMMON_KEYS: ReadonlySet<string> = new Set([
  "action",
  "enterprise",
  "installation",
  "organization",
  "repository",
  "sender",
]);

/** Keys of addresses and ids for machines, and of texts by unknown authors. */
const UNTOLD_KEY_REGEXP = /(?:^|_)(?:url|node_id|gravatar_id)$|^body/;

/** The most members of an object that are read; no event of GitHub has a tenth of them. */
const MAX_ENTRIES = 1000;

function entriesOf(value: unknown): [string, unknown][] {
  return isRecord(value) ? Object.entries(value).slice(0, MAX_ENTRIES) : [];
}

/** Returns the members that not all events share, in two levels. */
function tellingPart(payload: unknown): unknown {
  const telling = (entries: [string, unknown][]) =>
    entries.filter(([key]) => !UNTOLD_KEY_REGEXP.test(key));
  return Object.fromEntries(
    telling(entriesOf(payload)).flatMap(([key, value]) => {
      if (COMMON_KEYS.has(key)) return [];
      const inner = entriesOf(value);
      return [[key, inner.length === 0 ? value : Object.fromEntries(telling(inner))]];
    }),
  );
}

/** Returns the page of the subject, else that of the repository. */
function pageOf(payload: unknown): string | undefined {
  const pages = entriesOf(payload).flatMap(([key, value]) =>
    COMMON_KEYS.has(key) ? [] : cleanUrl(text(value, "html_url")) ?? []
  );
  return pages[0] ?? cleanUrl(text(payload, "repository.html_url"));
}

/** Shapes an event without a reading of its own: the person, and the first facts of the payload. */
function shapeUnknown(event: GithubEvent): Shape {
  const { type, payload, repo } = event;
  const { lines } = shapeGeneric({ event: type, payload: tellingPart(payload) });
  return githubShape(event, {
    title: [`${type.replaceAll("_", " ")} ${formatAction(event)}`.trim(), repo],
    lines: [...loginLine("by", text(payload, "sender.login")), ...lines],
    url: pageOf(payload),
    rule: type === "ping" ? "never" : "not among the defaults",
    isWanted: false,
  });
}

export const github: Provider<"github"> = {
  name: "github",
  scheme: {
    proof: createHmacProof("x-hub-signature-256", { prefix: "sha256=" }),
    id: { headers: ["x-github-delivery"] },
    event: { headers: ["x-github-event"] },
    pings: ["ping"],
  },
  setup: {
    where: "Repository or organization > Settings > Webhooks > Add webhook",
    urlField: "Payload URL",
    secretField: "Secret",
    settings: [CONTENT_TYPE],
  },
  sample: ({ nowMs, repository, sha }) => ({
    event: "workflow_run",
    payload: {
      action: "completed",
      workflow: { id: 1, name: "source test" },
      workflow_run: {
        id: nowMs,
        workflow_id: 1,
        run_number: 1,
        run_attempt: 1,
        event: "push",
        status: "completed",
        conclusion: "failure",
        display_title: SAMPLE_TEXT,
        head_branch: "main",
        head_sha: sha,
        head_repository: { full_name: repository },
        html_url: SAMPLE_PAGE,
        pull_requests: [],
        triggering_actor: { login: "octocat" },
      },
      repository: { full_name: repository, default_branch: "main", html_url: SAMPLE_PAGE },
      sender: { login: "octocat" },
    },
  }),
  shape(delivery) {
    const event = readGithubEvent(delivery);
    return (SHAPERS.get(event.type) ?? shapeUnknown)(event);
  },
  events: [...SHAPERS.keys()],
};
