import { cleanUrl } from "../../shape/clean_url.ts";
import { eventShape } from "../../shape/event_shape.ts";
import { shapeDeployment, shapeJob, shapePipeline } from "./ci.ts";
import { shapeMergeRequest, shapeNote, shapePush } from "./code.ts";
import { actorLine, type GitlabEvent, type GitlabFacts, readGitlabEvent } from "./event.ts";
import { shapeAccessToken, shapeIssue, shapeRelease, shapeVulnerability } from "./work.ts";
import { at, text } from "../../shape/payload.ts";
import type { SourceKind } from "../../shape/shape.ts";
import { tellingLines } from "../../shape/telling_lines.ts";

/** How the events are read that are worth more than their fields. */
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

/** An event of which no more is known than its fields. */
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
 * GitLab, by the hooks of a project or a group. What runs is told when it fails, and when it
 * succeeds again. What is said in a public project is not wanted by default, since GitLab does not
 * tell members from strangers there.
 */
export const gitlab: SourceKind = {
  name: "gitlab",
  shape(delivery) {
    const event = readGitlabEvent(delivery);
    const { type, action, repo, actor } = event;
    const facts = (READERS.get(type) ?? shapeOther)(event);
    return eventShape({ type, action, repo, actor, ...facts });
  },
};
