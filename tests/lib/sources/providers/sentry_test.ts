import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { sentry } from "../../../../lib/sources/providers/sentry.ts";
import { SENTRY_EVENT, SENTRY_ISSUE, SENTRY_METRIC } from "../_payloads.ts";
import { assertSound, linesOf, mutationOf } from "../_shapes.ts";

/** An issue with other values. */
function issueOf(action: string, changes: Record<string, unknown>): unknown {
  return { ...SENTRY_ISSUE, action, data: { issue: { ...SENTRY_ISSUE.data.issue, ...changes } } };
}

Deno.test("sentry tells of an issue [source.shape]", () => {
  assertEquals(linesOf(sentry, { event: "issue", payload: SENTRY_ISSUE }), [
    "[sentry] issue created - SHOP-2 - shop",
    "level: error",
    "state: new",
    'title (untrusted): "ValueError: no such row"',
    'culprit (untrusted): "shop.views in load"',
    "seen: 12 events, 3 users",
    "since: 2026-04-28T13:56:05Z",
    "priority: high",
    "https://acme.sentry.io/issues/1635244907/",
  ]);
});

Deno.test("sentry tells of an event without request, user, variables and cookies [source.redaction]", () => {
  assertEquals(linesOf(sentry, { event: "event_alert", payload: SENTRY_EVENT }), [
    "[sentry] event alert triggered - issue 1635244907 - shop",
    "level: fatal",
    'title (untrusted): "ValueError: no such row"',
    'culprit (untrusted): "shop.views in load"',
    'frame (untrusted): "app/load.py:4 in load"',
    'frame (untrusted): "app/handle.py:3 in handle"',
    'frame (untrusted): "app/serve.py:2 in serve"',
    'environment (untrusted): "production"',
    'release (untrusted): "shop@1.2.3"',
    'alert rule (untrusted): "Page the owner"',
    "https://sentry.io/organizations/acme/issues/1635244907/events/599349/",
  ]);
});

Deno.test("sentry tells of an alert on a metric [source.shape]", () => {
  assertEquals(linesOf(sentry, { event: "metric_alert", payload: SENTRY_METRIC }), [
    "[sentry] metric alert critical - alert 7",
    'title (untrusted): "Critical: Too many errors"',
    'what (untrusted): "1000 events in the last 10 minutes"',
    'alert rule (untrusted): "Errors of the shop"',
    'projects (untrusted): "shop"',
    "since: 2026-04-28T13:56:05Z",
    "https://sentry.io/organizations/acme/alerts/rules/details/7/",
  ]);
});

Deno.test("sentry names the project, which is no repository [source.shape]", () => {
  const shapes = [SENTRY_ISSUE, SENTRY_EVENT].map((payload) =>
    sentry.shape({ event: "", payload })
  );
  assertEquals(shapes.map(({ repo, meta }) => [repo, meta.project]), [
    [undefined, "shop"],
    [undefined, "shop"],
  ]);
});

Deno.test("sentry knows the resource by the payload when no header names it [source.shape]", () => {
  const events = [SENTRY_ISSUE, SENTRY_EVENT, SENTRY_METRIC, { data: { error: {} } }].map(
    (payload) => sentry.shape({ event: "", payload }).event,
  );
  assertEquals(events, [
    "issue.created",
    "event_alert.triggered",
    "metric_alert.critical",
    "error.unknown",
  ]);
});

Deno.test("sentry shows frames of libraries when the app has none, and no address without one [source.shape]", () => {
  const frames = [{ module: "db", function: "get" }, { filename: "a.py", lineno: 3 }];
  const payload = { data: { event: { exception: { values: [{ stacktrace: { frames } }] } } } };
  assertEquals(linesOf(sentry, { event: "event_alert", payload }), [
    "[sentry] event alert unknown",
    "level: error",
    'frame (untrusted): "a.py:3 in ?"',
    'frame (untrusted): "db in get"',
  ]);
});

Deno.test("sentry wants new and regressed issues from level error on [source.filter]", () => {
  const cases: [unknown, boolean][] = [
    [issueOf("created", {}), true],
    [issueOf("created", { level: "fatal" }), true],
    [issueOf("created", { level: undefined }), true],
    [issueOf("created", { level: "warning" }), false],
    [issueOf("unresolved", { substatus: "regressed" }), true],
    [issueOf("unresolved", { substatus: "regressed", level: "info" }), false],
    [issueOf("unresolved", { substatus: "ongoing" }), false],
    [issueOf("resolved", {}), false],
    [issueOf("assigned", {}), false],
  ];
  for (const [payload, isWanted] of cases) {
    const shape = sentry.shape({ event: "issue", payload });
    assertEquals(shape.isWanted, isWanted, JSON.stringify(payload));
    assertEquals(shape.rule, "issue: only created and regressed, of level error and above");
  }
});

Deno.test("sentry wants events from level error on, and no comments [source.filter]", () => {
  for (const level of ["fatal", "error", "warning", "info", "debug", "sample"]) {
    const payload = { action: "created", data: { error: { level } } };
    const { isWanted, event } = sentry.shape({ event: "error", payload });
    assertEquals([event, isWanted], ["error.created", level === "fatal" || level === "error"]);
  }
  const comment = { action: "created", data: { comment: "fixed?", project_slug: "shop" } };
  const { event, isWanted, rule } = sentry.shape({ event: "comment", payload: comment });
  assertEquals([event, isWanted, rule], [
    "comment.created",
    false,
    "sentry: only issues and alerts",
  ]);
});

Deno.test("sentry wants a critical metric, and its end after it was shown [source.filter]", () => {
  const shapes = ["critical", "resolved", "warning"].map((action) =>
    sentry.shape({ event: "metric_alert", payload: { ...SENTRY_METRIC, action } })
  );
  assertEquals(shapes.map(({ isWanted, severity, track }) => [isWanted, severity, track]), [
    [true, "critical", { subject: "metric 7", state: "bad" }],
    [true, "info", { subject: "metric 7", state: "good" }],
    [false, "warning", undefined],
  ]);
});

Deno.test("sentry makes an event of any payload [source.total]", () => {
  const event = fc.constantFrom("", "issue", "event_alert", "metric_alert", "error", "comment");
  const payload = fc.constantFrom<unknown>(SENTRY_ISSUE, SENTRY_EVENT, SENTRY_METRIC)
    .chain(mutationOf);
  fc.assert(fc.property(event, payload, (event, payload) => {
    assertSound(sentry, { event, payload });
  }));
});
