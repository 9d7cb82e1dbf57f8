import { createHmacProof } from "../../proof/create_proof.ts";
import { type Provider, SAMPLE_PAGE, SAMPLE_TEXT } from "../../provider.ts";
import { shapePush, shapeStatus } from "./code.ts";
import {
  actorLine,
  type BitbucketEvent,
  type BitbucketFacts,
  pageOf,
  readBitbucketEvent,
} from "./event.ts";
import { shapeComment, shapeIssue, shapePullRequest } from "./talk.ts";
import { eventShape } from "../../shape/event_shape.ts";
import { at } from "../../shape/payload.ts";
import { tellingLines } from "../../shape/telling_lines.ts";

/** Selects the reader of an event; `undefined` for an event without one. */
function readerOf(
  { type, action = "" }: BitbucketEvent,
): ((event: BitbucketEvent) => BitbucketFacts) | undefined {
  if (/comment_/.test(action) || /^(?:pr|repo)\.comment$/.test(type)) return shapeComment;
  if (type === "repo" && (action === "push" || action === "refs_changed")) return shapePush;
  if (type === "repo" && action.startsWith("commit_status_")) return shapeStatus;
  if (type === "pullrequest" || type === "pr" || type === "pr.reviewer") return shapePullRequest;
  return type === "issue" ? shapeIssue : undefined;
}

/** Shapes an event without a reading of its own. */
function shapeOther(event: BitbucketEvent): BitbucketFacts {
  const { name, payload, repo } = event;
  return {
    title: [name.replace(/[._]/g, " "), repo],
    lines: [...actorLine(event), ...tellingLines(at(payload, "changes"))],
    url: pageOf(at(payload, "repository")),
    rule: "not among the defaults",
    isWanted: false,
  };
}

/** Bitbucket Cloud and Bitbucket Data Center. */
export const bitbucket: Provider<"bitbucket"> = {
  name: "bitbucket",
  scheme: {
    proof: createHmacProof("x-hub-signature", { prefix: "sha256=" }),
    // Bitbucket Cloud has the first, Bitbucket Data Center the second.
    id: { headers: ["x-request-uuid", "x-request-id"] },
    event: { headers: ["x-event-key"] },
    pings: ["diagnostics:ping"],
  },
  setup: {
    where: "Repository settings > Webhooks > Add webhook",
    urlField: "URL",
    secretField: "Secret",
  },
  sample: ({ nowMs, repository, sha }) => ({
    event: "repo:commit_status_updated",
    payload: {
      actor: { type: "user", nickname: "emma" },
      repository: { full_name: repository, is_private: true },
      commit_status: {
        key: `test-${nowMs}`,
        name: "source test",
        description: SAMPLE_TEXT,
        state: "FAILED",
        refname: "main",
        url: SAMPLE_PAGE,
        links: { commit: { href: `https://api.example.com/commit/${sha}` } },
      },
    },
  }),
  shape(delivery) {
    const event = readBitbucketEvent(delivery);
    const { name, type, action, repo, actor } = event;
    const facts = (readerOf(event) ?? shapeOther)(event);
    const shape = eventShape({ type, action, repo, actor, ...facts });
    return { ...shape, rule: `${name}: ${facts.rule}` };
  },
  events: [
    "repo.push",
    "repo.commit_status_created",
    "repo.commit_status_updated",
    "repo.refs_changed",
    "pullrequest",
    "pr",
    "pr.reviewer",
    "issue",
  ],
};
