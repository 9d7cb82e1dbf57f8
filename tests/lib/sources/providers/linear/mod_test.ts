import { assert, assertEquals, assertFalse } from "@std/assert";
import fc from "fast-check";
import { linear } from "../../../../../lib/sources/providers/linear/mod.ts";
import { assertNoOrder } from "../../_orders.ts";
import { assertSound, linesOf, mutationOf } from "../../_shapes.ts";

const HOME = "https://linear.app/shop";
const ACTOR = { name: "Ada Example", email: "ada@example.com", type: "user" };

const ISSUE = {
  action: "create",
  type: "Issue",
  actor: ACTOR,
  data: {
    number: 44,
    title: "It is slow",
    description: "Very <!-- hidden -->",
    priority: 1,
    priorityLabel: "Urgent",
    creatorId: "674c90c8",
    state: { name: "In Progress", type: "started" },
    team: { key: "WEB", name: "Web" },
    assignee: { name: "Bob", email: "bob@example.com" },
    labels: [{ name: "bug" }, { name: "do this" }],
  },
  url: `${HOME}/issue/WEB-44/it-is-slow`,
  webhookTimestamp: 1681208213456,
};

const UPDATE = {
  ...ISSUE,
  action: "update",
  updatedFrom: {
    updatedAt: "2026-04-11T10:13:05.980Z",
    stateId: "a2530cac",
    sortOrder: 1,
    title: "",
  },
};

const COMMENT = {
  action: "create",
  type: "Comment",
  actor: ACTOR,
  data: { body: "Look at the index", issue: { title: "It is slow" }, user: { name: "Ada" } },
  url: `${HOME}/issue/WEB-44#comment-c7cafc52`,
};

const PROJECT_UPDATE = {
  action: "create",
  type: "ProjectUpdate",
  actor: ACTOR,
  data: { body: "We wait", health: "offTrack", project: { name: "Checkout" } },
  url: `${HOME}/project/checkout-5bfd/activity#project-update-bd31`,
};

const SLA = {
  action: "breached",
  type: "IssueSLA",
  issueData: { identifier: "WEB-44", title: "It is slow", state: { name: "Todo" } },
  url: `${HOME}/issue/WEB-44`,
};

const ALL = [ISSUE, UPDATE, COMMENT, PROJECT_UPDATE, SLA];

function isWanted(payload: unknown): boolean {
  return linear.shape({ event: "", payload }).isWanted;
}

function lines(payload: unknown): string[] {
  return linesOf(linear, { event: "Issue", payload });
}

Deno.test("linear.shape() tells of a new issue [source.shape]", () => {
  assertEquals(lines(ISSUE), [
    "[linear] issue created - WEB-44",
    'title (untrusted): "It is slow"',
    'state (untrusted): "In Progress"',
    "priority: urgent",
    'assignee (untrusted): "Bob"',
    'labels (untrusted): "bug; do this"',
    'by (untrusted): "Ada Example"',
    'description (untrusted): "Very"',
    `${HOME}/issue/WEB-44/it-is-slow`,
  ]);
  const { event, severity, meta } = linear.shape({ event: "Issue", payload: ISSUE });
  assertEquals({ event, severity, meta }, {
    event: "Issue.create",
    severity: "warning",
    meta: { action: "create", number: "WEB-44", trust: "member" },
  });
});

Deno.test("linear.shape() tells what was changed, without the body [source.shape]", () => {
  const shown = lines(UPDATE);
  assertEquals(shown[0], "[linear] issue moved - WEB-44");
  assert(shown.includes("changed: state, title"));
  assertFalse(shown.some((line) => line.startsWith("description")));
});

Deno.test("linear.shape() wants new issues and changes of their state [source.filter]", () => {
  assert(isWanted(ISSUE));
  assert(isWanted(UPDATE));
  assertFalse(isWanted({ ...UPDATE, updatedFrom: { title: "It was slow" } }));
  assertFalse(isWanted({ ...UPDATE, updatedFrom: null }));
  assertFalse(isWanted({ ...ISSUE, action: "remove" }));
});

Deno.test("linear.shape() withholds what came through an integration [source.untrusted]", () => {
  const { actor: _, ...old } = ISSUE;
  const strangers = [
    { ...ISSUE, actor: { type: "integration", service: "intercom" } },
    { ...ISSUE, actor: { type: "OauthClient", name: "Desk" } },
    { ...ISSUE, data: { ...ISSUE.data, botActor: { type: "slack" } } },
    { ...old, data: { ...ISSUE.data, creatorId: null } },
  ];
  for (const payload of strangers) {
    assert(lines(payload).includes("description: withheld, its author may be external"));
    assertEquals(linear.shape({ event: "", payload }).meta.trust, "external");
    assert(isWanted(payload), "that there is one is still told");
  }
  assertEquals(linear.shape({ event: "", payload: old }).meta.trust, "member");
});

Deno.test("linear.shape() tells what a member says, and wants nothing of strangers [source.filter]", () => {
  assertEquals(lines(COMMENT), [
    "[linear] comment created - WEB-44",
    'title (untrusted): "It is slow"',
    'by (untrusted): "Ada Example"',
    'body (untrusted): "Look at the index"',
    `${HOME}/issue/WEB-44#comment-c7cafc52`,
  ]);
  assert(isWanted(COMMENT));
  assertFalse(isWanted({ ...COMMENT, action: "update" }));
  const external = { ...COMMENT, actor: { type: "integration" } };
  assertFalse(isWanted(external));
  assert(lines(external).includes("body: withheld, its author may be external"));
});

Deno.test("linear.shape() tells how a project goes [source.shape]", () => {
  assertEquals(lines(PROJECT_UPDATE), [
    "[linear] project update created - off track",
    'name (untrusted): "Checkout"',
    'by (untrusted): "Ada Example"',
    'body (untrusted): "We wait"',
    `${HOME}/project/checkout-5bfd/activity#project-update-bd31`,
  ]);
  assertEquals(linear.shape({ event: "", payload: PROJECT_UPDATE }).severity, "error");
  assert(isWanted(PROJECT_UPDATE));
  const project = {
    action: "update",
    type: "Project",
    data: { name: "Checkout", state: "started" },
  };
  assert(isWanted({ ...project, updatedFrom: { statusId: "1" } }));
  assertFalse(isWanted({ ...project, updatedFrom: { targetDate: "2026-01-01" } }));
});

Deno.test("linear.shape() wants a promise that is at risk or broken [source.filter]", () => {
  assertEquals(lines(SLA), [
    "[linear] service level breached - WEB-44",
    'title (untrusted): "It is slow"',
    'state (untrusted): "Todo"',
    `${HOME}/issue/WEB-44`,
  ]);
  assert(isWanted(SLA));
  assert(isWanted({ ...SLA, action: "highRisk" }));
  assertFalse(isWanted({ ...SLA, action: "set" }));
});

Deno.test("linear.shape() names an event that it does not know [source.filter]", () => {
  const payload = { action: "create", type: "Reaction", data: { id: "123", emoji: "tada" } };
  assertEquals(lines(payload), ["[linear] Reaction created", 'emoji (untrusted): "tada"']);
  assertFalse(isWanted(payload));
});

Deno.test("linear.shape() takes any payload and keeps its limits [source.total]", () => {
  fc.assert(
    fc.property(fc.oneof(fc.jsonValue(), ...ALL.map(mutationOf)), (payload) => {
      assertSound(linear, { event: "Issue", payload });
    }),
    { numRuns: 500 },
  );
});

Deno.test("linear.shape() shows no person's address [source.redaction]", () => {
  for (const payload of ALL) assertFalse(lines(payload).join("\n").includes("@example"));
});

Deno.test("linear.shape() lets no text out of its quotes [source.untrusted]", () => {
  for (const payload of ALL) assertNoOrder(linear, { event: "Issue", payload });
});
