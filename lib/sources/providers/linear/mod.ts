/**
 * Linear: issues, comments and projects. Titles and names are quoted although members write them,
 * because integrations turn texts of customers into issues.
 *
 * @module
 */

import { createHmacProof } from "../../proof/create_proof.ts";
import { type Provider, SAMPLE_TEXT } from "../../provider.ts";
import { eventShape } from "../../shape/event_shape.ts";
import { tryIdentifier } from "../../shape/identifier.ts";
import {
  actorLine,
  bodyLine,
  changedLine,
  formatAction,
  type LinearEvent,
  type LinearFacts,
  readLinearEvent,
} from "./event.ts";
import { field, listed, quoted } from "../../shape/lines.ts";
import { at, list, text } from "../../shape/payload.ts";
import type { Severity } from "../../shape/shape.ts";
import { tellingLines } from "../../shape/telling_lines.ts";

const MAX_DESCRIPTION_CODE_POINTS = 280;
const MAX_COMMENT_CODE_POINTS = 500;
const MAX_NAME_CODE_POINTS = 64;
const MAX_LABELS = 5;

const PRIORITIES: readonly (string | undefined)[] = [undefined, "urgent", "high", "medium", "low"];

const URGENT = 1;

/** The identifier of an issue in the address of its page. */
const ISSUE_PAGE_REGEXP = /\/issue\/([A-Z][A-Z0-9_]{0,15}-\d{1,9})(?:[/#]|$)/;

/** Words for the health of a project. */
const HEALTHS: ReadonlyMap<string | undefined, readonly [string, Severity]> = new Map([
  ["onTrack", ["on track", "info"]],
  ["atRisk", ["at risk", "warning"]],
  ["offTrack", ["off track", "error"]],
]);

/** Words for the state of a service level. */
const SLA_ACTIONS: ReadonlyMap<string, readonly [string, Severity]> = new Map([
  ["highRisk", ["at risk", "warning"]],
  ["breached", ["breached", "error"]],
]);

/** Returns the identifier of an issue, such as `WEB-44`. */
function identifierOf(issue: unknown): string | undefined {
  const key = text(issue, "team.key");
  const number = text(issue, "number");
  const made = key === undefined || number === undefined ? undefined : `${key}-${number}`;
  return tryIdentifier(text(issue, "identifier") ?? made);
}

function shapeIssue(event: LinearEvent): LinearFacts {
  const { action, data, changes } = event;
  const isNew = action === "create";
  const isMoved = action === "update" && changes.includes("state");
  const id = identifierOf(data);
  const priority = Number(text(data, "priority"));
  const labels = list(data, "labels").map((label) => text(label, "name"));
  const description = { key: "description", maxCodePoints: MAX_DESCRIPTION_CODE_POINTS } as const;
  return {
    title: [isMoved ? "issue moved" : `issue ${formatAction(event)}`, id],
    lines: [
      ...quoted("title", text(data, "title")),
      ...quoted("state", text(data, "state.name"), MAX_NAME_CODE_POINTS),
      ...field("priority", PRIORITIES[priority]),
      ...quoted("assignee", text(data, "assignee.name"), MAX_NAME_CODE_POINTS),
      ...listed("labels", labels, MAX_LABELS),
      ...changedLine(event),
      ...actorLine(event),
      ...(isNew ? bodyLine(event, description) : []),
    ],
    severity: isNew && priority === URGENT ? "warning" : "info",
    number: id,
    rule: "created, or its state changed",
    isWanted: isNew || isMoved,
  };
}

function shapeComment(event: LinearEvent): LinearFacts {
  const { action, data, url, trust } = event;
  // The data has only the title of the issue; the address has its identifier.
  const id = tryIdentifier(text(data, "issue.identifier")) ??
    ISSUE_PAGE_REGEXP.exec(url ?? "")?.[1];
  const subject = ["issue.title", "projectUpdate.project.name", "document.title"]
    .map((path) => text(data, path)).find((title) => title !== undefined);
  return {
    title: [`comment ${formatAction(event)}`, id],
    lines: [
      ...quoted("title", subject),
      ...actorLine(event),
      ...bodyLine(event, { key: "body", maxCodePoints: MAX_COMMENT_CODE_POINTS }),
    ],
    number: id,
    rule: "created by a member",
    isWanted: action === "create" && trust !== "external",
  };
}

/** Shapes a project, an initiative, or an update on one of them. */
function shapeProject(event: LinearEvent): LinearFacts {
  const { type, action, data, changes } = event;
  const isNew = action === "create";
  const [health, severity] = HEALTHS.get(text(data, "health")) ?? [undefined, undefined];
  const name = ["name", "project.name", "initiative.name"]
    .map((path) => text(data, path)).find((found) => found !== undefined);
  const state = text(data, "status.name") ?? text(data, "state");
  return {
    title: [`${type.replace("Update", " update").toLowerCase()} ${formatAction(event)}`, health],
    lines: [
      ...quoted("name", name),
      ...quoted("state", state, MAX_NAME_CODE_POINTS),
      ...changedLine(event),
      ...actorLine(event),
      ...bodyLine(event, { key: "body", maxCodePoints: MAX_COMMENT_CODE_POINTS }),
    ],
    severity: isNew ? severity : "info",
    rule: "created, or its state changed",
    isWanted: isNew || (action === "update" && changes.some((name) => /^stat(?:e|us)$/.test(name))),
  };
}

/** Shapes a service level that is set, at risk or breached. */
function shapeSla({ action, payload }: LinearEvent): LinearFacts {
  const issue = at(payload, "issueData");
  const [words, severity] = SLA_ACTIONS.get(action) ?? [action, "info"];
  const id = identifierOf(issue);
  return {
    title: [`service level ${words}`.trim(), id],
    lines: [
      ...quoted("title", text(issue, "title")),
      ...quoted("state", text(issue, "state.name"), MAX_NAME_CODE_POINTS),
      ...quoted("assignee", text(issue, "assignee.name"), MAX_NAME_CODE_POINTS),
    ],
    severity,
    number: id,
    rule: "at risk or breached",
    isWanted: SLA_ACTIONS.has(action),
  };
}

function shapeOther(event: LinearEvent): LinearFacts {
  const { type, data } = event;
  const title = [`${type} ${formatAction(event)}`.trim()];
  const lines = [...actorLine(event), ...changedLine(event), ...tellingLines(data)];
  return { title, lines, rule: "not among the defaults", isWanted: false };
}

const READERS: ReadonlyMap<string, (event: LinearEvent) => LinearFacts> = new Map([
  ["Issue", shapeIssue],
  ["Comment", shapeComment],
  ["Project", shapeProject],
  ["ProjectUpdate", shapeProject],
  ["Initiative", shapeProject],
  ["InitiativeUpdate", shapeProject],
  ["IssueSLA", shapeSla],
]);

export const linear: Provider<"linear"> = {
  name: "linear",
  scheme: {
    proof: createHmacProof("linear-signature"),
    id: { headers: ["linear-delivery"] },
    event: {},
    bodyTime: { path: "webhookTimestamp", toleranceMs: 60_000 },
  },
  setup: {
    where: "Settings > API > Webhooks > New webhook",
    urlField: "URL",
    secretField: "Signing secret",
    isSecretTheirs: true,
  },
  sample: ({ nowMs, time }) => ({
    event: "",
    payload: {
      type: "Issue",
      action: "create",
      createdAt: time,
      webhookTimestamp: nowMs,
      url: "https://linear.app/example/issue/TEST-1",
      data: { identifier: "TEST-1", title: SAMPLE_TEXT, priority: 4, state: { name: "Todo" } },
    },
  }),
  shape({ payload }) {
    const event = readLinearEvent(payload);
    const { type, action, url, trust } = event;
    return eventShape({ type, action, url, trust, ...(READERS.get(type) ?? shapeOther)(event) });
  },
  events: [...READERS.keys()],
};
