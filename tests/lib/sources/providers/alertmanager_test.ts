import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { alertmanager } from "../../../../lib/sources/providers/alertmanager.ts";
import { ALERT_GROUP } from "../_payloads.ts";
import { assertSound, linesOf, mutationOf } from "../_shapes.ts";

const RESOLVED = {
  ...ALERT_GROUP,
  status: "resolved",
  truncatedAlerts: 0,
  alerts: [{
    ...ALERT_GROUP.alerts[0],
    status: "resolved",
    endsAt: "2026-02-06T02:17:58+01:00",
  }],
};

Deno.test("alertmanager tells of the first alerts of a group and counts the rest [source.shape]", () => {
  assertEquals(linesOf(alertmanager, { event: "firing", payload: ALERT_GROUP }), [
    "[alertmanager] firing - HighLoad - 40 alerts",
    "severity: critical",
    'group (untrusted): "cluster=eu 1"',
    'alert (untrusted): "host=a: load is 34"',
    'alert (untrusted): "host=b: load is 35"',
    'alert (untrusted): "host=c: load is 36"',
    "alerts: 3 shown of 40",
    "since: 2026-02-06T00:17:58Z",
    "http://alertmanager:9093/",
  ]);
});

Deno.test("alertmanager says when a resolved group began and ended [source.shape]", () => {
  assertEquals(linesOf(alertmanager, { event: "resolved", payload: RESOLVED }), [
    "[alertmanager] resolved - HighLoad - 1 alert",
    "severity: critical",
    'group (untrusted): "cluster=eu 1"',
    'alert (untrusted): "host=a: load is 34"',
    "since: 2026-02-06T00:17:58Z",
    "until: 2026-02-06T01:17:58Z",
    "http://alertmanager:9093/",
  ]);
});

Deno.test("alertmanager keeps a name that is a sentence and a strange severity in quotes [source.untrusted]", () => {
  const commonLabels = { alertname: "High CPU temperature", severity: "run rm -rf /" };
  const payload = { ...ALERT_GROUP, commonLabels, alerts: ALERT_GROUP.alerts.slice(0, 1) };
  assertEquals(linesOf(alertmanager, { event: "", payload }).slice(0, 3), [
    "[alertmanager] firing - 37 alerts",
    'alert name (untrusted): "High CPU temperature"',
    'severity (untrusted): "run rm -rf /"',
  ]);
});

Deno.test("alertmanager says of an alert what differs from its group, without secrets [source.redaction]", () => {
  const labels = { alertname: "HighLoad", api_token: "hunter2", "a.b": "c" };
  const alerts = [{ status: "resolved", labels, annotations: { summary: "High load" } }];
  assertEquals(
    linesOf(alertmanager, { event: "", payload: { status: "firing", alerts } })[1],
    'alert (untrusted): "resolved: alertname=HighLoad, a.b=c: High load"',
  );
});

/** A group by namespace, whose alerts have no name and no severity in common. */
const MIXED = {
  status: "firing",
  groupKey: '{}:{namespace="shop"}',
  groupLabels: { namespace: "shop" },
  commonLabels: { namespace: "shop" },
  alerts: [
    alertOf("PodRestarting", { severity: "warning", instance: "a:1" }),
    alertOf("DatabaseDown", { severity: "critical", instance: "db:1" }),
  ],
};

function alertOf(alertname: string, labels: Record<string, string>) {
  return { status: "firing", labels: { namespace: "shop", ...labels, alertname } };
}

function severityOf(alerts: readonly unknown[]): [string, string | undefined] {
  const { severity, lines } = alertmanager.shape({ event: "", payload: { ...MIXED, alerts } });
  return [severity, lines.find(({ key }) => key === "severity")?.value];
}

Deno.test("alertmanager names the alerts of a group that is not by name, each with its severity [source.shape]", () => {
  assertEquals(linesOf(alertmanager, { event: "", payload: MIXED }), [
    "[alertmanager] firing - 2 alerts",
    "severity: critical",
    'group (untrusted): "namespace=shop"',
    'alert (untrusted): "alertname=PodRestarting, severity=warning, instance=a:1"',
    'alert (untrusted): "alertname=DatabaseDown, severity=critical, instance=db:1"',
  ]);
  const byName = { ...MIXED, groupLabels: { alertname: "High load" } };
  assertEquals(linesOf(alertmanager, { event: "", payload: byName }).slice(1, 4), [
    'alert name (untrusted): "High load"',
    "severity: critical",
    'alert (untrusted): "severity=warning, instance=a:1"',
  ]);
});

Deno.test("alertmanager says name and severity of an alert before all its other labels [source.shape]", () => {
  const many = Object.fromEntries(["a", "b", "c", "d", "e", "f"].map((name) => [name, "1"]));
  const alerts = [alertOf("DatabaseDown", { ...many, severity: "critical" })];
  assertEquals(
    linesOf(alertmanager, { event: "", payload: { ...MIXED, alerts } })[3],
    'alert (untrusted): "alertname=DatabaseDown, severity=critical, a=1, b=1, c=1, d=1"',
  );
});

Deno.test("alertmanager takes the severity of the worst alert that fires, or of the worst of all [source.shape]", () => {
  const [warning, critical] = MIXED.alerts;
  const info = alertOf("Rollout", { severity: "info" });
  const [unlabeled, odd] = [alertOf("Odd", {}), alertOf("Odd", { severity: "run rm" })];
  const ended = { ...critical, status: "resolved" };
  const cases: [unknown[], string, string | undefined][] = [
    [[warning, critical, info], "critical", "critical"],
    [[info, ended, warning], "warning", "warning"],
    [[ended, { ...warning, status: "resolved" }], "critical", "critical"],
    [[{ labels: { severity: "P1" } }, warning], "critical", "P1"],
    [[warning, unlabeled], "error", undefined],
    [[warning, odd], "error", "run rm"],
    [[unlabeled, critical], "critical", "critical"],
    [[], "error", undefined],
  ];
  for (const [alerts, ...expected] of cases) {
    assertEquals(severityOf(alerts), expected, JSON.stringify(alerts));
  }
});

Deno.test("alertmanager wants what fires, and its end after it was shown [source.filter]", () => {
  const subject = ALERT_GROUP.groupKey;
  const firing = alertmanager.shape({ event: "", payload: ALERT_GROUP });
  assertEquals([firing.isWanted, firing.severity], [true, "critical"]);
  assertEquals(firing.track, { subject, state: "bad" });
  assertEquals(firing.burstKey, subject);
  const resolved = alertmanager.shape({ event: "", payload: RESOLVED });
  assertEquals([resolved.isWanted, resolved.severity], [true, "info"]);
  assertEquals(resolved.track, { subject, state: "good" });
  const alone = alertmanager.shape({ event: "", payload: { ...RESOLVED, groupKey: undefined } });
  assertEquals([alone.isWanted, alone.track], [false, undefined]);
});

Deno.test("alertmanager reads the body of a custom template as any other JSON [source.shape]", () => {
  const payload = { text: "Disk full", severity: "critical" };
  assertEquals(linesOf(alertmanager, { event: "", payload }), [
    "[alertmanager] alert - critical",
    'severity (untrusted): "critical"',
    'text (untrusted): "Disk full"',
  ]);
});

Deno.test("alertmanager makes an event of any payload [source.total]", () => {
  fc.assert(fc.property(mutationOf(ALERT_GROUP), (payload) => {
    assertSound(alertmanager, { event: "", payload });
  }));
});
