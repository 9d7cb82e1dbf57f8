/**
 * Sentry: issues, alerts on events and alerts on metrics.
 *
 * Every visitor of a page that reports to Sentry can send events, so everything in an event counts
 * as written by a stranger, except the level and the names of organization and project. The
 * request, the user, variables, breadcrumbs, contexts and extras of an event are never shown.
 *
 * Source of the rules: https://docs.sentry.io/integrations/integration-platform/webhooks/
 *
 * @module
 */

import { createHmacProof } from "../proof/create_proof.ts";
import { type Provider, SAMPLE_PAGE, SAMPLE_TEXT } from "../provider.ts";
import { cleanUrl } from "../shape/clean_url.ts";
import { eventShape } from "../shape/event_shape.ts";
import { tryFormatTime } from "../shape/format_time.ts";
import { shapeGeneric } from "../shape/shape_generic.ts";
import { tryIdentifier } from "../shape/identifier.ts";
import { field, listed, quoted } from "../shape/lines.ts";
import { at, list, text, truthy } from "../shape/payload.ts";
import type { Line, Severity, Shape } from "../shape/shape.ts";

const MAX_FRAMES = 3;

const SEVERITY_OF: ReadonlyMap<string, Severity> = new Map([
  ["fatal", "critical"],
  ["error", "error"],
  ["warning", "warning"],
  ["info", "info"],
  ["debug", "info"],
  ["sample", "info"],
]);

const ISSUE_STATES: ReadonlySet<string> = new Set([
  "archived_until_escalating",
  "archived_until_condition_met",
  "archived_forever",
  "escalating",
  "ongoing",
  "regressed",
  "new",
]);

/** `/api/0/projects/<organization>/<project>/events/…` */
const PROJECT_REGEXP = /\/projects\/[\w.-]{1,60}\/([\w.-]{1,60})\//;

/** `/api/0/issues/<id>/`, with or without the organization before it. */
const ISSUE_REGEXP = /\/issues\/(\d{1,20})(?:\/|$)/;

function isBad(severity: Severity): boolean {
  return severity === "error" || severity === "critical";
}

/** Reads a value of an event or of its tags. */
function tagOf(event: unknown, name: string): string | undefined {
  const tag = list(event, "tags").find((pair) => text(pair, "0") === name);
  return text(event, name) ?? text(tag, "1");
}

/** Reads the level; an event without one is an error, as it is for Sentry. */
function readLevel(subject: unknown): { readonly level: string; readonly severity: Severity } {
  const level = tagOf(subject, "level") ?? "error";
  const severity = SEVERITY_OF.get(level);
  return severity === undefined ? { level: "error", severity: "error" } : { level, severity };
}

function formatCounts(issue: unknown): string | undefined {
  const events = tryIdentifier(text(issue, "count"));
  const users = tryIdentifier(text(issue, "userCount"));
  return events === undefined ? undefined : `${events} events, ${users ?? 0} users`;
}

function burstKeyOf(issue: string | undefined): string | undefined {
  return issue && `issue ${issue}`;
}

function shapeIssue(payload: unknown, action: string): Shape {
  const issue = at(payload, "data.issue");
  const { level, severity } = readLevel(issue);
  const given = text(issue, "substatus") ?? "";
  const state = ISSUE_STATES.has(given) ? given : undefined;
  const isRegressed = action === "unresolved" && state === "regressed";
  const id = tryIdentifier(text(issue, "shortId"));
  const project = tryIdentifier(text(issue, "project.slug"));
  return eventShape({
    type: "issue",
    action,
    title: [`issue ${isRegressed ? state : action}`, id, project],
    lines: [
      ...field("level", level),
      ...field("state", state),
      ...quoted("title", text(issue, "title")),
      ...quoted("culprit", text(issue, "culprit")),
      ...field("seen", formatCounts(issue)),
      ...field("since", tryFormatTime(text(issue, "firstSeen"))),
      ...field("priority", tryIdentifier(text(issue, "priority"))),
    ],
    url: cleanUrl(text(issue, "permalink") ?? text(issue, "web_url")),
    severity: action === "resolved" || action === "archived" ? "info" : severity,
    project,
    actor: text(payload, "actor.name"),
    number: id,
    rule: "only created and regressed, of level error and above",
    isWanted: isBad(severity) && (action === "created" || isRegressed),
    burstKey: burstKeyOf(text(issue, "id")),
  });
}

function formatFrame(frame: unknown): string {
  const line = text(frame, "lineno");
  const place = `${text(frame, "filename") ?? text(frame, "module") ?? "?"}${
    line ? `:${line}` : ""
  }`;
  return `${place} in ${text(frame, "function") ?? "?"}`;
}

/** Formats the frames of the last exception, the innermost first; the app's own if it has any. */
function formatFrames(event: unknown): Line[] {
  const frames = list(list(event, "exception.values").at(-1), "stacktrace.frames");
  const own = frames.filter((frame) => truthy(frame, "in_app"));
  const shown = (own.length === 0 ? frames : own).slice(-MAX_FRAMES).reverse();
  return shown.flatMap((frame) => quoted("frame", formatFrame(frame)));
}

function shapeEvent(payload: unknown, { type, action }: { type: string; action: string }): Shape {
  const event = at(payload, "data.event") ?? at(payload, "data.error");
  const { level, severity } = readLevel(event);
  const [, project] = PROJECT_REGEXP.exec(text(event, "url") ?? "") ?? [];
  const [, inUrl] = ISSUE_REGEXP.exec(text(event, "issue_url") ?? "") ?? [];
  const issue = tryIdentifier(text(event, "issue_id")) ?? inUrl;
  return eventShape({
    type,
    action,
    title: [`${type.replace("_", " ")} ${action}`, issue && `issue ${issue}`, project],
    lines: [
      ...field("level", level),
      ...quoted("title", text(event, "title") ?? text(event, "message")),
      ...quoted("culprit", text(event, "culprit")),
      ...formatFrames(event),
      ...quoted("environment", tagOf(event, "environment")),
      ...quoted("release", tagOf(event, "release")),
      ...quoted("alert rule", text(payload, "data.triggered_rule")),
    ],
    url: cleanUrl(text(event, "web_url")),
    severity,
    project,
    actor: text(payload, "actor.name"),
    rule: "only of level error and above",
    isWanted: isBad(severity),
    burstKey: burstKeyOf(issue),
  });
}

function shapeMetric(payload: unknown, action: string): Shape {
  const alert = at(payload, "data.metric_alert");
  const id = tryIdentifier(text(alert, "identifier") ?? text(alert, "id"));
  const severity = action === "critical" || action === "warning" ? action : "info";
  const isCritical = action === "critical";
  const isTracked = id !== undefined && (isCritical || action === "resolved");
  return eventShape({
    type: "metric_alert",
    action,
    title: [`metric alert ${action}`, id && `alert ${id}`],
    lines: [
      ...quoted("title", text(payload, "data.description_title") ?? text(alert, "title")),
      ...quoted("what", text(payload, "data.description_text")),
      ...quoted("alert rule", text(alert, "alert_rule.name")),
      ...listed("projects", list(alert, "projects").map((project) => text(project, "")), 3),
      ...field("since", tryFormatTime(text(alert, "date_started"))),
    ],
    url: cleanUrl(text(payload, "data.web_url")),
    severity,
    actor: text(payload, "actor.name"),
    number: id,
    rule: "critical, and resolved after a shown critical",
    isWanted: isCritical || isTracked,
    burstKey: id && `metric ${id}`,
    track: isTracked ? { subject: `metric ${id}`, state: isCritical ? "bad" : "good" } : undefined,
  });
}

export const sentry: Provider<"sentry"> = {
  name: "sentry",
  scheme: {
    proof: createHmacProof("sentry-hook-signature"),
    id: { headers: ["request-id"] },
    event: { headers: ["sentry-hook-resource"] },
  },
  setup: {
    where: "Settings > Developer Settings > Internal Integration",
    urlField: "Webhook URL",
    secretField: "Client secret",
    isSecretTheirs: true,
  },
  sample: ({ nowMs, time }) => ({
    event: "issue",
    payload: {
      action: "created",
      data: {
        issue: {
          id: String(nowMs),
          shortId: "TEST-1",
          title: SAMPLE_TEXT,
          culprit: "source test",
          level: "error",
          count: "1",
          userCount: 0,
          firstSeen: time,
          project: { slug: "test" },
          web_url: SAMPLE_PAGE,
        },
      },
    },
  }),
  shape({ event, payload }) {
    const action = tryIdentifier(text(payload, "action")) ?? "unknown";
    const has = (key: string) => at(payload, `data.${key}`) !== undefined;
    if (event === "metric_alert" || has("metric_alert")) return shapeMetric(payload, action);
    if (event === "event_alert" || has("event")) {
      return shapeEvent(payload, { type: "event_alert", action });
    }
    if (event === "error" || has("error")) return shapeEvent(payload, { type: "error", action });
    if (event === "issue" || (event === "" && has("issue"))) return shapeIssue(payload, action);
    const type = tryIdentifier(event) ?? "event";
    return shapeGeneric(
      { event: `${type}.${action}`, payload: at(payload, "data") },
      { isWanted: false, rule: "sentry: only issues and alerts" },
    );
  },
  events: ["issue", "event_alert", "error", "metric_alert"],
};
