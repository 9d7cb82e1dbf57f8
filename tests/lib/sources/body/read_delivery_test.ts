import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  type DeliveryNote,
  readBodyTime,
  readDelivery,
} from "../../../../lib/sources/body/read_delivery.ts";
import type { Scheme } from "../../../../lib/sources/proof/scheme.ts";
import type { ProviderName } from "../../../../lib/sources/providers/kinds.ts";
import { SCHEMES } from "../../../_schemes.ts";
import { selectScheme } from "../../../../lib/sources/config/select_scheme.ts";
import { hostileText, show } from "../../_texts.ts";

type Fixed = Exclude<ProviderName, "generic">;

function read(
  scheme: Scheme,
  headers: Record<string, string>,
  payload: unknown,
  signedId?: string,
): [string, string | undefined, boolean] {
  const reader = new Headers(headers);
  const { event, deliveryId, isIdProven } = readDelivery(scheme, {
    headers: reader,
    payload,
    signedId,
  });
  return [event, deliveryId, isIdProven];
}

const ALERT = { status: "firing", fingerprint: "f1", startsAt: "2026-01-01T00:00:00Z" };

Deno.test("readDelivery() finds the id of each provider, and the type unless the provider does [source.replay]", () => {
  const cases: [Fixed, Record<string, string>, unknown, ReturnType<typeof read>][] = [
    ["github", { "x-github-event": "push", "x-github-delivery": "d" }, {}, ["push", "d", false]],
    ["gitlab", { "x-gitlab-event": "Push Hook", "idempotency-key": "k" }, {}, [
      "Push Hook",
      "k",
      true,
    ]],
    ["gitlab", { "x-gitlab-event-uuid": "u" }, { object_kind: "push" }, ["push", "u", true]],
    ["bitbucket", { "x-event-key": "repo:push", "x-request-uuid": "u" }, {}, [
      "repo:push",
      "u",
      false,
    ]],
    ["bitbucket", { "x-event-key": "pr:opened", "x-request-id": "r" }, {}, [
      "pr:opened",
      "r",
      false,
    ]],
    ["gitea", { "x-gitea-event": "push", "x-gitea-delivery": "d", "x-github-event": "x" }, {}, [
      "push",
      "d",
      false,
    ]],
    ["forgejo", { "x-forgejo-event": "push", "x-gitea-delivery": "d" }, {}, ["push", "d", false]],
    ["circleci", {}, { id: "i", type: "job-completed" }, ["job-completed", "i", true]],
    ["vercel", {}, { id: "i", type: "deployment.error" }, ["", "i", true]],
    ["linear", { "linear-delivery": "d" }, { type: "Issue" }, ["", "d", false]],
    ["sentry", { "request-id": "r", "sentry-hook-resource": "issue" }, {}, ["issue", "r", false]],
    ["pagerduty", {}, { event: { id: "i", event_type: "incident.triggered" } }, [
      "incident.triggered",
      "i",
      true,
    ]],
    ["stripe", {}, { id: "evt_1", type: "charge.failed" }, ["", "evt_1", true]],
    ["slack", {}, { event_id: "Ev1", type: "event_callback", event: { type: "message" } }, [
      "message",
      "Ev1",
      true,
    ]],
    ["slack", {}, { type: "app_rate_limited" }, ["app_rate_limited", undefined, false]],
    ["discord", {}, { id: "1", type: 2 }, ["", "1", true]],
    ["telegram", {}, { update_id: 7, message: {} }, ["", "7", true]],
    ["shopify", { "x-shopify-topic": "orders/create", "x-shopify-webhook-id": "w" }, {}, [
      "orders/create",
      "w",
      false,
    ]],
    ["standard", {}, { type: "invoice.paid" }, ["invoice.paid", undefined, false]],
    ["alertmanager", {}, { status: "firing", groupKey: "{}:{}", alerts: [ALERT] }, [
      "",
      "firing firing@f1@2026-01-01T00:00:00Z {}:{}",
      true,
    ]],
    ["grafana", {}, { state: "alerting" }, ["", undefined, false]],
  ];
  for (const [kind, headers, payload, expected] of cases) {
    assertEquals(read(SCHEMES[kind], headers, payload), expected, show([kind, headers]));
  }
});

Deno.test("readDelivery() takes the signed id and no other that stands beside it [source.replay]", () => {
  const headers = { "webhook-id": "another" };
  assertEquals(read(SCHEMES.standard, headers, { type: "a" }, "signed"), ["a", "signed", true]);
  assertEquals(read(SCHEMES.standard, headers, { type: "a" }), ["a", undefined, false]);
});

Deno.test("readDelivery() tells a group of alerts by its alerts and their starts [source.replay]", () => {
  const idOf = (payload: unknown) => read(SCHEMES.alertmanager, {}, payload)[1];
  const other = { ...ALERT, fingerprint: "f2" };
  const group = { groupKey: "g", status: "firing", alerts: [ALERT, other] };
  const id = idOf(group);
  assert(id !== undefined);
  assertEquals(idOf({ ...group, alerts: [other, ALERT], truncatedAlerts: 1 }), id);
  const different = [
    { ...group, groupKey: "h" },
    { ...group, status: "resolved" },
    { ...group, alerts: [ALERT] },
    { ...group, alerts: [ALERT, { ...other, status: "resolved" }] },
    { ...group, alerts: [ALERT, { ...other, startsAt: "2026-01-01T00:05:00Z" }] },
  ];
  assertEquals(new Set([id, ...different.map(idOf)]).size, different.length + 1);
  assertEquals(idOf({ ...group, groupKey: undefined }), undefined);
  assertEquals(idOf({ ...group, alerts: [] }), undefined);
  assertEquals(idOf({ ...group, alerts: [ALERT, { status: "firing", startsAt: "x" }] }), undefined);
  assertEquals(idOf({ ...group, groupKey: "g".repeat(4096) }), undefined);
});

Deno.test("readDelivery() takes no id or type that came twice or is too long [source.replay]", () => {
  const { github, stripe } = SCHEMES;
  assertEquals(read(github, { "x-github-event": "a, b", "x-github-delivery": "a, b" }, {}), [
    "",
    undefined,
    false,
  ]);
  const long = "x".repeat(256);
  assertEquals(read(github, { "x-github-event": long, "x-github-delivery": long }, {}), [
    "",
    undefined,
    false,
  ]);
  assertEquals(read(stripe, {}, { id: long, type: "a\nb" }), ["", undefined, false]);
});

Deno.test("readDelivery() finds what a generic source is configured to send [source.replay]", () => {
  const signature = {
    algorithm: "sha256",
    header: "x-signature",
    id_header: "X-Id",
    event_header: "X-Event",
    event_path: "meta.kind",
  } as const;
  const selected = selectScheme({ kind: "generic", signature }, []);
  assert(selected.ok);
  const payload = { meta: { kind: "build" } };
  assertEquals(read(selected.scheme, { "x-id": "1", "x-event": "e" }, payload), ["e", "1", false]);
  assertEquals(read(selected.scheme, {}, payload), ["build", undefined, false]);
});

Deno.test("readDelivery() reads any payload and any header within bounds [source.replay]", () => {
  const scheme = fc.constantFrom(...Object.values(SCHEMES));
  fc.assert(fc.property(scheme, fc.jsonValue(), hostileText, (scheme, payload, value) => {
    const note: DeliveryNote = readDelivery(scheme, { headers: { get: () => value }, payload });
    assert(/^[ -~]{0,100}$/.test(note.event));
    assert(note.deliveryId === undefined || note.deliveryId.length <= 4096);
    assert(!note.isIdProven || note.deliveryId !== undefined);
  }));
});

Deno.test("readBodyTime() reads the time of Linear and of no other [source.replay]", () => {
  assertEquals(readBodyTime(SCHEMES.linear, { webhookTimestamp: 5 }), 5);
  for (const payload of [{ webhookTimestamp: "5" }, {}, null, [5], undefined]) {
    assertEquals(readBodyTime(SCHEMES.linear, payload), undefined, show(payload));
  }
  assertEquals(readBodyTime(SCHEMES.github, { webhookTimestamp: 5 }), undefined);
});
