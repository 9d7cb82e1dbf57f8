import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { grafana } from "../../../../lib/sources/providers/grafana.ts";
import { GRAFANA_GROUP, GRAFANA_LEGACY } from "../_payloads.ts";
import { assertSound, linesOf, mutationOf } from "../_shapes.ts";

Deno.test("grafana tells of a group without message, image and silence [source.shape]", () => {
  assertEquals(linesOf(grafana, { event: "firing", payload: GRAFANA_GROUP }), [
    "[grafana] firing - HighLoad - 1 alert",
    'title (untrusted): "[FIRING:1] HighLoad Machines (ops)"',
    "state: alerting",
    'folder (untrusted): "Machines"',
    "severity: critical",
    'group (untrusted): "cluster=eu 1"',
    'alert (untrusted): "host=a: load is 34 (A=34, B=0, C=1, D=2)"',
    "since: 2026-02-06T00:17:58Z",
    "https://grafana.example.com/d/ece9?orgId=1&viewPanel=2",
  ]);
});

Deno.test("grafana says the names, severities and folders in which the alerts of a group differ [source.shape]", () => {
  const alerts = [
    { labels: { alertname: "DiskFull", grafana_folder: "Machines", severity: "warning" } },
    { labels: { alertname: "Down", grafana_folder: "Databases", severity: "critical" } },
  ];
  const payload = { status: "firing", groupLabels: {}, commonLabels: {}, alerts };
  assertEquals(linesOf(grafana, { event: "", payload }), [
    "[grafana] firing - 2 alerts",
    "severity: critical",
    'alert (untrusted): "alertname=DiskFull, severity=warning, grafana_folder=Machines"',
    'alert (untrusted): "alertname=Down, severity=critical, grafana_folder=Databases"',
  ]);
});

Deno.test("grafana tells of an alert as it was before version 9, without its message [source.shape]", () => {
  assertEquals(linesOf(grafana, { event: "alerting", payload: GRAFANA_LEGACY }), [
    "[grafana] alerting",
    'rule (untrusted): "Disk of the database"',
    'values (untrusted): "disk of db=97.5"',
    'tags (untrusted): "team=ops"',
    "https://grafana.example.com/d/GG2/db?orgId=1&panelId=6",
  ]);
});

Deno.test("grafana wants what fires, and its end after it was shown [source.filter]", () => {
  const states = ["firing", "resolved"].map((status) => {
    const shape = grafana.shape({ event: "", payload: { ...GRAFANA_GROUP, status } });
    return [shape.event, shape.isWanted, shape.track?.state];
  });
  assertEquals(states, [["alert.firing", true, "bad"], ["alert.resolved", true, "good"]]);
});

Deno.test("grafana wants alerting, no_data and error of before version 9, and ok after them [source.filter]", () => {
  const cases: [unknown, string, boolean, string | undefined][] = [
    ["alerting", "alert.alerting", true, "bad"],
    ["no_data", "alert.no_data", true, "bad"],
    ["error", "alert.error", true, "bad"],
    ["ok", "alert.ok", true, "good"],
    ["paused", "alert.paused", false, undefined],
    ["pending", "alert.pending", false, undefined],
    ["anything", "alert.unknown", false, undefined],
    [undefined, "alert.unknown", false, undefined],
  ];
  for (const [state, event, isWanted, tracked] of cases) {
    const shape = grafana.shape({ event: "", payload: { ...GRAFANA_LEGACY, state } });
    assertEquals([shape.event, shape.isWanted, shape.track?.state], [event, isWanted, tracked]);
  }
});

Deno.test("grafana reads the body of a custom template as any other JSON [source.shape]", () => {
  assertEquals(linesOf(grafana, { event: "", payload: { message: "Disk full" } }), [
    "[grafana] alert",
    'message (untrusted): "Disk full"',
  ]);
});

Deno.test("grafana makes an event of any payload [source.total]", () => {
  const payload = fc.constantFrom<unknown>(GRAFANA_GROUP, GRAFANA_LEGACY).chain(mutationOf);
  fc.assert(fc.property(payload, (payload) => assertSound(grafana, { event: "", payload })));
});
