import { cleanUrl } from "../../shape/clean_url.ts";
import {
  authorLine,
  bodyLine,
  formatAction,
  formatNumber,
  type GithubEvent,
  githubShape,
  githubTrust,
  loginLine,
} from "./event.ts";
import { tryIdentifier } from "../../shape/identifier.ts";
import { field, listed, quoted } from "../../shape/lines.ts";
import { at, list, text } from "../../shape/payload.ts";
import type { Shape } from "../../shape/shape.ts";

const MAX_BODY_CODE_POINTS = 300;
const MAX_LABELS = 5;

/** Shapes an action on an issue or a discussion; by default only issues are wanted. */
export function shapeGithubIssue(event: GithubEvent): Shape {
  const { type, action, payload, repo } = event;
  const name = type === "discussion" ? "discussion" : "issue";
  const issue = at(payload, name);
  const isNew = action === "opened" || action === "created";
  const state = tryIdentifier(text(issue, "state"));
  const reason = tryIdentifier(text(issue, "state_reason"))?.replaceAll("_", " ");
  return githubShape(event, {
    title: [`${name} ${formatAction(event)}`, formatNumber(issue, "number"), repo],
    lines: [
      ...quoted("title", text(issue, "title")),
      ...authorLine(issue),
      ...field(
        "state",
        state !== undefined && reason !== undefined ? `${state}, ${reason}` : state,
      ),
      ...loginLine("assignee", text(payload, "assignee.login")),
      ...listed("labels", list(issue, "labels").map((label) => text(label, "name")), MAX_LABELS),
      ...(isNew ? bodyLine(issue, MAX_BODY_CODE_POINTS) : []),
    ],
    url: cleanUrl(text(issue, "html_url")),
    number: text(issue, "number"),
    trust: githubTrust(issue),
    rule: name === "issue" ? "opened or closed" : "not among the defaults",
    isWanted: name === "issue" && (action === "opened" || action === "closed"),
  });
}
