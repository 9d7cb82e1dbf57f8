/**
 * Groups of alerts, in the format of Alertmanager and Grafana. Labels and annotations can carry
 * text of a scraped host, so all of them count as written by a stranger.
 *
 * Source of the rules: the section on `webhook_config` of Prometheus' documentation.
 *
 * @module
 */

import { SAMPLE_PAGE, SAMPLE_TEXT, type SampleParts } from "../provider.ts";
import { eventShape } from "../shape/event_shape.ts";
import { tryFormatTime } from "../shape/format_time.ts";
import { tryIdentifier } from "../shape/identifier.ts";
import { field, quoted } from "../shape/lines.ts";
import { at, list, number, text } from "../shape/payload.ts";
import { isSecretKey } from "../shape/redact.ts";
import { trySeverity, worstSeverity } from "../shape/severity.ts";
import type { Line, Severity, Shape, TrackedState } from "../shape/shape.ts";

const MAX_ALERTS = 3;

const MAX_LABELS = 6;

const MAX_VALUES = 4;

const MAX_ALERT_CODE_POINTS = 300;

/** The longest key of a group on disk, in UTF-16 units. */
const MAX_SUBJECT_LENGTH = 1000;

/** Labels of a group that stand elsewhere in an event. */
const SHOWN_ELSEWHERE: ReadonlySet<string> = new Set([
  "alertname",
  "severity",
  "grafana_folder",
]);

/** Labels that come first, because an alert can have more than are shown. */
const TELLING_LABELS: readonly string[] = ["alertname", "severity"];

/** The severity of an alert without a known word for it. */
const DEFAULT_SEVERITY: Severity = "error";

interface PairsOptions {
  /** The most members that are shown. */
  readonly max: number;
  /** Selects members by name. */
  readonly isShown?: (name: string) => boolean;
  /** The names of members that come first, in their order. */
  readonly first?: readonly string[];
}

/** Formats `a=1, b=2` of the members of an object that are text, numbers or booleans. */
export function formatPairs(value: unknown, options: PairsOptions): string {
  const { max, isShown = () => true, first = [] } = options;
  // Ranks backwards: a name that is not in the list comes last.
  const backwards = first.toReversed();
  const rank = ([name]: [string, unknown]) => backwards.indexOf(name);
  const members = typeof value === "object" && value !== null ? Object.entries(value) : [];
  return members
    .sort((one, other) => rank(other) - rank(one))
    .flatMap(([name, member]) => {
      const shown = isShown(name) && !isSecretKey(name) ? text(member, "") : undefined;
      return shown === undefined ? [] : [`${name}=${shown}`];
    })
    .slice(0, max)
    .join(", ");
}

/** Tracks the state of an alert until it changes. */
export function trackAlert(subject: string | undefined, isBad: boolean): TrackedState | undefined {
  if (subject === undefined) return undefined;
  return { subject: subject.slice(0, MAX_SUBJECT_LENGTH), state: isBad ? "bad" : "good" };
}

/** Formats `host=a: summary (A=1, B=2)`, without labels that all alerts of the group share. */
function formatAlert(alert: unknown, group: unknown): string {
  const common = Object(at(group, "commonLabels"));
  const groupName = text(group, "groupLabels.alertname");
  const labels = formatPairs(at(alert, "labels"), {
    max: MAX_LABELS,
    first: TELLING_LABELS,
    isShown: (name) =>
      !Object.hasOwn(common, name) && (name !== "alertname" || groupName === undefined),
  });
  const what = text(alert, "annotations.description") ?? text(alert, "annotations.summary");
  const values = formatPairs(at(alert, "values"), { max: MAX_VALUES });
  const state = text(alert, "status") === text(group, "status") ? undefined : text(alert, "status");
  const said = [state, labels, what].filter((part) => part !== undefined && part !== "").join(": ");
  return values === "" ? said : `${said} (${values})`;
}

interface GroupSeverity {
  readonly word: string | undefined;
  /** `undefined` for an unknown word and for none. */
  readonly level: Severity | undefined;
}

/**
 * Reads the severity that all alerts share, else the worst of those that fire, else the worst of
 * all.
 */
function readSeverity(payload: unknown): GroupSeverity {
  const shared = text(payload, "commonLabels.severity");
  if (shared !== undefined) return { word: shared, level: trySeverity(shared) };
  const alerts = list(payload, "alerts");
  const firing = alerts.filter((alert) => text(alert, "status") !== "resolved");
  const words = (firing.length === 0 ? alerts : firing).map((alert) =>
    text(alert, "labels.severity")
  );
  const level = worstSeverity(words.map((word) => trySeverity(word) ?? DEFAULT_SEVERITY));
  const word = words.find((word) => trySeverity(word) === level) ??
    words.find((word) => word !== undefined && trySeverity(word) === undefined);
  return { word, level: trySeverity(word) };
}

/** Returns the earliest start or the latest end. */
function formatBound(alerts: readonly unknown[], key: "startsAt" | "endsAt"): string | undefined {
  const times = alerts.flatMap((alert) => tryFormatTime(text(alert, key)) ?? []).sort();
  return times.at(key === "startsAt" ? 0 : -1);
}

interface AlertGroupOptions {
  /** The lines that come first. */
  readonly lines: readonly Line[];
  readonly url: string | undefined;
}

/** Tells a group of alerts from the other bodies that a template of the user can send. */
export function isAlertGroup(payload: unknown): boolean {
  return Array.isArray(at(payload, "alerts"));
}

/** Shapes a group of alerts; any status but `resolved` counts as firing. */
export function shapeAlertGroup(payload: unknown, { lines, url }: AlertGroupOptions): Shape {
  const alerts = list(payload, "alerts");
  const count = alerts.length + Math.max(0, number(payload, "truncatedAlerts") ?? 0);
  const isFiring = text(payload, "status") !== "resolved";
  const status = isFiring ? "firing" : "resolved";
  const name = text(payload, "commonLabels.alertname") ?? text(payload, "groupLabels.alertname");
  const { word: severity, level } = readSeverity(payload);
  const group = formatPairs(at(payload, "groupLabels"), {
    max: MAX_LABELS,
    isShown: (label) => !SHOWN_ELSEWHERE.has(label),
  });
  const key = text(payload, "groupKey");
  return eventShape({
    type: "alert",
    action: status,
    title: [status, tryIdentifier(name), count === 1 ? "1 alert" : `${count} alerts`],
    lines: [
      ...lines,
      ...(tryIdentifier(name) === undefined ? quoted("alert name", name) : []),
      ...(level === undefined ? quoted("severity", severity) : field("severity", severity)),
      ...quoted("group", group),
      ...alerts.slice(0, MAX_ALERTS).flatMap((alert) =>
        quoted("alert", formatAlert(alert, payload), MAX_ALERT_CODE_POINTS)
      ),
      ...(count > MAX_ALERTS ? field("alerts", `${MAX_ALERTS} shown of ${count}`) : []),
      ...field("since", formatBound(alerts, "startsAt")),
      ...(isFiring ? [] : field("until", formatBound(alerts, "endsAt"))),
    ],
    url,
    severity: isFiring ? level ?? DEFAULT_SEVERITY : "info",
    rule: "firing, and resolved after a shown firing",
    isWanted: isFiring || key !== undefined,
    burstKey: key,
    track: trackAlert(key, isFiring),
  });
}

/** Makes the smallest group of alerts. */
export function sampleAlertGroup({ nowMs, time }: SampleParts): Record<string, unknown> {
  const labels = { alertname: "SourceTest", severity: "warning" };
  return {
    version: "4",
    groupKey: '{}:{alertname="SourceTest"}',
    status: "firing",
    groupLabels: { alertname: "SourceTest" },
    commonLabels: labels,
    externalURL: SAMPLE_PAGE,
    alerts: [{
      status: "firing",
      labels,
      annotations: { summary: SAMPLE_TEXT },
      startsAt: time,
      endsAt: "0001-01-01T00:00:00Z",
      fingerprint: nowMs.toString(16).padStart(16, "0"),
    }],
  };
}
