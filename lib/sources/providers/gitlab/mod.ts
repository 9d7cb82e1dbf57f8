import type { Scheme } from "../../proof/scheme.ts";
import { createStandardProof, createTokenProof } from "../../proof/create_proof.ts";
import { type Provider, SAMPLE_PAGE, SAMPLE_TEXT } from "../../provider.ts";
import { cleanUrl } from "../../shape/clean_url.ts";
import { eventShape } from "../../shape/event_shape.ts";
import { shapeDeployment, shapeJob, shapePipeline } from "./ci.ts";
import { shapeMergeRequest, shapeNote, shapePush } from "./code.ts";
import { actorLine, type GitlabEvent, type GitlabFacts, readGitlabEvent } from "./event.ts";
import { shapeAccessToken, shapeIssue, shapeRelease, shapeVulnerability } from "./work.ts";
import { at, text } from "../../shape/payload.ts";
import { tellingLines } from "../../shape/telling_lines.ts";

const EVENT_RULE = { headers: ["x-gitlab-event"], paths: ["object_kind"] };

const TOKEN_SCHEME: Scheme = {
  proof: createTokenProof("x-gitlab-token"),
  id: { headers: ["idempotency-key", "x-gitlab-event-uuid"] },
  event: EVENT_RULE,
};

const SIGNED_SCHEME: Scheme = {
  proof: createStandardProof("webhook"),
  id: {},
  event: EVENT_RULE,
};

/** Readers of the types that have a reading of their own. */
const READERS: ReadonlyMap<string, (event: GitlabEvent) => GitlabFacts> = new Map([
  ["pipeline", shapePipeline],
  ["job", shapeJob],
  ["deployment", shapeDeployment],
  ["push", shapePush],
  ["tag_push", shapePush],
  ["merge_request", shapeMergeRequest],
  ["note", shapeNote],
  ["issue", shapeIssue],
  ["work_item", shapeIssue],
  ["release", shapeRelease],
  ["vulnerability", shapeVulnerability],
  ["access_token", shapeAccessToken],
]);

/** Shapes an event without a reading of its own. */
function shapeOther(event: GitlabEvent): GitlabFacts {
  const { type, action, payload, repo, projectUrl } = event;
  const attributes = at(payload, "object_attributes") ?? payload;
  return {
    title: [[type, action].join(" ").trim().replaceAll("_", " "), repo],
    lines: [...actorLine(event), ...tellingLines(attributes)],
    url: cleanUrl(text(attributes, "url") ?? projectUrl),
    rule: "not among the defaults",
    isWanted: false,
  };
}

/**
 * GitLab, by the hooks of a project or a group. A run is told when it fails, and when it succeeds
 * again. Comments in a public project are not wanted by default, because GitLab does not tell
 * members from strangers there.
 */
export const gitlab: Provider<"gitlab"> = {
  name: "gitlab",
  scheme: ({ secrets }) => {
    const count = secrets.filter((secret) => secret.startsWith("whsec_")).length;
    if (count === 0) return { ok: true, scheme: TOKEN_SCHEME };
    if (count === secrets.length) return { ok: true, scheme: SIGNED_SCHEME };
    return {
      ok: false,
      // With both, a stolen token would replace the signature that was asked for.
      message: `Cannot take both tokens and signing secrets: expected all secrets of the source ` +
        `to begin with "whsec_", or none`,
    };
  },
  setup: {
    where: "Project or group > Settings > Webhooks > Add new webhook",
    urlField: "URL",
    secretField: "Signing token (Secret token, if it does not begin with whsec_)",
    secretForm: "whsec",
  },
  sample: ({ nowMs, repository, sha }) => ({
    event: "Pipeline Hook",
    payload: {
      object_kind: "pipeline",
      object_attributes: { id: nowMs, ref: "main", sha, status: "failed", source: "push" },
      user: { username: "root" },
      project: {
        path_with_namespace: repository,
        web_url: SAMPLE_PAGE,
        default_branch: "main",
        visibility_level: 0,
      },
      builds: [{ stage: "test", name: SAMPLE_TEXT, status: "failed" }],
    },
  }),
  shape(delivery) {
    const event = readGitlabEvent(delivery);
    const { type, action, repo, actor } = event;
    const facts = (READERS.get(type) ?? shapeOther)(event);
    return eventShape({ type, action, repo, actor, ...facts });
  },
  events: [...READERS.keys()],
};
