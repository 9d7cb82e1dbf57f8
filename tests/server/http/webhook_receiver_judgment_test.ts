import { assertEquals, assertRejects } from "@std/assert";
import { COMMON, SHA } from "../../lib/sources/_github.ts";
import { ALERT_GROUP } from "../../lib/sources/_payloads.ts";
import { GENERIC, type SourceDraft } from "../../_signed_delivery.ts";
import { createDiskFullError, MemoryJournal } from "../_memory_journal.ts";
import { LoneReceivers, rowsOf, SourcePort } from "../_sources.ts";

const GITHUB = { kind: "github" } as const;
const DEFAULT = "push: the default branch, forced or deleted";
const RUNS = "workflow_run: only failures, and the first success after one";

/** Commits on a branch. */
function pushTo(branch: string, after = SHA) {
  return { ...COMMON, ref: `refs/heads/${branch}`, after, before: "a".repeat(40), commits: [] };
}

/** The end of a run; each is another one. */
function runOf(conclusion: string, branch = "main") {
  return {
    ...COMMON,
    action: "completed",
    workflow: { name: "ci" },
    workflow_run: {
      id: crypto.randomUUID(),
      workflow_id: 7,
      conclusion,
      head_branch: branch,
      head_sha: SHA,
      head_repository: COMMON.repository,
    },
  };
}

Deno.test("WebhookReceiver answers 200 with the rule to an unwanted event, and shows it to no session [source.filter]", async () => {
  await using port = new SourcePort({ gh: GITHUB });
  port.attach();
  const event = "push";
  assertEquals(await port.deliver("gh", pushTo("feature"), { event }), `200 filtered: ${DEFAULT}`);
  const star = { ...COMMON, action: "created" };
  const rule = "star: not among the defaults";
  assertEquals(await port.deliver("gh", star, { event: "star" }), `200 filtered: ${rule}`);
  assertEquals(port.outcomes(), [`filtered: ${DEFAULT}`, `filtered: ${rule}`]);
  assertEquals(port.pushed, []);
  assertEquals(await port.deliver("gh", pushTo("main"), { event }), "200 ok");
});

Deno.test("WebhookReceiver follows events.allow, events.deny and the filter of a source [source.filter]", async () => {
  const filter = { path: "issue.labels[0].name", op: "matches", value: "^p[0-9]$" } as const;
  await using port = new SourcePort({
    own: { ...GITHUB, events: { allow: ["star.*"], deny: ["push"] } },
    urgent: { ...GITHUB, filter },
  });
  const star = { ...COMMON, action: "created" };
  assertEquals(await port.deliver("own", star, { event: "star" }), "202 stored");
  const denied = await port.deliver("own", pushTo("main"), { event: "push" });
  assertEquals(denied, '200 filtered: events.deny "push"');
  const issueOf = (name: string) => ({
    ...COMMON,
    action: "opened",
    issue: { number: 7, labels: [{ name }] },
  });
  const event = "issues";
  assertEquals(await port.deliver("urgent", issueOf("p1"), { event }), "202 stored");
  const rule = 'filter: path issue.labels[0].name does not match "^p[0-9]$"';
  assertEquals(await port.deliver("urgent", issueOf("bug"), { event }), `200 filtered: ${rule}`);
  assertEquals(port.outcomes(), [
    'stored: events.allow "star.*"',
    'filtered: events.deny "push"',
    "stored: issues: opened or closed",
    `filtered: ${rule}`,
  ]);
});

Deno.test("WebhookReceiver tells a repeated delivery by its id, and by its body under another id [source.replay]", async () => {
  await using port = new SourcePort({ gh: GITHUB, other: GITHUB });
  port.attach();
  const event = "push";
  assertEquals(await port.deliver("gh", pushTo("main"), { event, id: "a" }), "200 ok");
  const repeated = "200 ok, repeated";
  assertEquals(await port.deliver("gh", pushTo("main"), { event, id: "a" }), repeated);
  assertEquals(await port.deliver("gh", pushTo("main"), { event, id: "b" }), repeated);
  const other = pushTo("main", "b".repeat(40));
  assertEquals(await port.deliver("gh", other, { event, id: "a" }), repeated);
  assertEquals(await port.deliver("gh", other, { event, id: "c" }), "200 ok");
  assertEquals(await port.deliver("other", pushTo("main"), { event, id: "a" }), "200 ok");
  assertEquals(port.pushed.length, 3);
  const [first, ...rest] = port.rows();
  assertEquals(
    rest.slice(0, 3).map(({ state, duplicateOf }) => `${state} ${duplicateOf}`),
    Array(3).fill(`duplicate ${first?.id}`),
  );
});

Deno.test("WebhookReceiver takes one body twice when signed ids say that it was sent twice [source.replay]", async () => {
  await using port = new SourcePort({ std: { kind: "standard", secrets: ["whsec_AQIDBAUGBwg="] } });
  const body = { type: "job.done" };
  assertEquals(await port.deliver("std", body, { id: "msg_1" }), "202 stored");
  assertEquals(await port.deliver("std", body, { id: "msg_2" }), "202 stored");
  assertEquals(await port.deliver("std", body, { id: "msg_1" }), "200 ok, repeated");
  assertEquals(port.outcomes(), [
    "stored: standard: all events",
    "stored: standard: all events",
    "duplicate",
  ]);
});

Deno.test("WebhookReceiver knows the same alerts in the same state, whatever else has changed [source.replay]", async () => {
  await using port = new SourcePort({ am: { kind: "alertmanager" } });
  const rule = "held: alert: firing, and resolved after a shown firing";
  assertEquals(await port.deliver("am", ALERT_GROUP), "202 stored");
  const again = { ...ALERT_GROUP, alerts: ALERT_GROUP.alerts.toReversed(), receiver: "other" };
  assertEquals(await port.deliver("am", again), "200 ok, repeated");
  assertEquals(port.outcomes(), [rule, "duplicate"]);
});

Deno.test("WebhookReceiver shows a delivery once that comes five times at once [source.replay]", async () => {
  await using port = new SourcePort({ gh: GITHUB });
  port.attach();
  const draft = { event: "push", id: "a" };
  const answers = await Promise.all(
    Array.from({ length: 5 }, () => port.deliver("gh", pushTo("main"), draft)),
  );
  assertEquals(answers.sort(), ["200 ok", ...Array(4).fill("200 ok, repeated")]);
  assertEquals(port.pushed.length, 1);
});

Deno.test("WebhookReceiver takes a delivery again after fifteen minutes [source.replay]", async () => {
  const minutesAgo = async (minutes: number, draft: { readonly id: string }) => {
    using memory = new MemoryJournal();
    using before = await LoneReceivers.open({ gh: GITHUB }, {
      memory,
      now: () => Date.now() - minutes * 60_000,
    });
    using lone = await LoneReceivers.open({ gh: GITHUB }, { memory });
    const event = "push";
    assertEquals(await before.deliver("gh", pushTo("main"), { event, id: "a" }), "202 stored");
    return await lone.deliver("gh", pushTo("main"), { event, ...draft });
  };
  for (const id of ["a", "b"]) {
    assertEquals(await minutesAgo(14.9, { id }), "200 ok, repeated", id);
    assertEquals(await minutesAgo(15.1, { id }), "202 stored", id);
  }
});

Deno.test("WebhookReceiver shows the first success after a failure, and no other [source.tracked]", async () => {
  using memory = new MemoryJournal();
  using lone = await LoneReceivers.open({ gh: GITHUB, other: GITHUB }, { memory });
  const event = "workflow_run";
  const alone = "200 filtered: good state without a bad one before";
  const deliver = (conclusion: string, branch = "main") =>
    lone.deliver("gh", runOf(conclusion, branch), { event });
  assertEquals(await deliver("success"), alone);
  assertEquals(await deliver("failure"), "202 stored");
  assertEquals(await deliver("cancelled"), `200 filtered: ${RUNS}`);
  assertEquals(await deliver("failure"), "202 stored");
  assertEquals(await deliver("success", "feature"), alone, "another branch");
  assertEquals(await lone.deliver("other", runOf("success"), { event }), alone, "another source");
  assertEquals(await deliver("success"), "202 stored");
  assertEquals(await deliver("success"), alone);
  assertEquals(
    rowsOf(memory.journal).filter(({ state }) => state === "stored").map((row) => row.rule),
    [
      RUNS,
      RUNS,
      "first good state after a bad one",
    ],
  );
});

Deno.test("WebhookReceiver shows every success where events.allow asks for it [source.filter] [source.tracked]", async () => {
  using memory = new MemoryJournal();
  const draft = { ...GITHUB, events: { allow: ["workflow_run.completed"] } };
  using lone = await LoneReceivers.open({ gh: draft }, { memory });
  for (const conclusion of ["success", "failure", "success", "success"]) {
    const answer = await lone.deliver("gh", runOf(conclusion), { event: "workflow_run" });
    assertEquals(answer, "202 stored", conclusion);
  }
});

Deno.test("WebhookReceiver shows a success that was not on disk when it is delivered again [source.tracked] [source.journal]", async () => {
  using memory = new MemoryJournal();
  using lone = await LoneReceivers.open({ gh: GITHUB }, { memory });
  const event = "workflow_run";
  assertEquals(await lone.deliver("gh", runOf("failure"), { event, id: "a" }), "202 stored");
  const { events } = memory.journal;
  const insert = events.insert;
  events.insert = () => {
    throw createDiskFullError();
  };
  await assertRejects(() => lone.deliver("gh", runOf("success"), { event, id: "b" }));
  events.insert = insert;
  assertEquals(await lone.deliver("gh", runOf("success"), { event, id: "b" }), "202 stored");
});

Deno.test("WebhookReceiver judges again what its rules have filtered, keeps it once, and not what is old [source.filter] [source.replay]", async () => {
  using memory = new MemoryJournal();
  const deliver = async (draft: SourceDraft, body: unknown, event: string) => {
    using lone = await LoneReceivers.open({ gh: draft }, { memory });
    return await lone.deliver("gh", body, { event });
  };
  const repeated = "200 ok, repeated";
  assertEquals(await deliver(GITHUB, pushTo("dev"), "push"), `200 filtered: ${DEFAULT}`);
  assertEquals(await deliver(GITHUB, pushTo("dev"), "push"), repeated);
  const allowing = { ...GITHUB, events: { allow: ["push"] } };
  assertEquals(await deliver(allowing, pushTo("dev"), "push"), "202 stored");
  assertEquals(await deliver(GITHUB, pushTo("dev"), "push"), repeated);
  const denying = { ...GITHUB, events: { deny: ["workflow_run"] } };
  const failure = runOf("failure");
  const denied = '200 filtered: events.deny "workflow_run"';
  assertEquals(await deliver(denying, failure, "workflow_run"), denied);
  assertEquals(await deliver(GITHUB, failure, "workflow_run"), "202 stored");
  const success = runOf("success", "other");
  const filtered = "200 filtered: good state without a bad one before";
  assertEquals(await deliver(GITHUB, success, "workflow_run"), filtered);
  const allowed = { ...GITHUB, events: { allow: ["workflow_run"] } };
  assertEquals(await deliver(allowed, success, "workflow_run"), repeated);
});

Deno.test("WebhookReceiver remembers failures on disk, over restarts and repetitions [source.tracked]", async () => {
  using memory = new MemoryJournal();
  const event = "workflow_run";
  using before = await LoneReceivers.open({ gh: GITHUB }, { memory });
  assertEquals(await before.deliver("gh", runOf("failure"), { event, id: "a" }), "202 stored");
  using after = await LoneReceivers.open({ gh: GITHUB }, { memory });
  const success = runOf("success");
  assertEquals(await after.deliver("gh", success, { event, id: "b" }), "202 stored");
  assertEquals(await after.deliver("gh", success, { event, id: "b" }), "200 ok, repeated");
  const late = await after.deliver("gh", runOf("failure"), { event, id: "a" });
  assertEquals(late, "200 ok, repeated");
  const alone = await after.deliver("gh", runOf("success"), { event });
  assertEquals(alone, "200 filtered: good state without a bad one before");
});

Deno.test("WebhookReceiver shows no success after a failure that it has not shown [source.tracked]", async () => {
  using memory = new MemoryJournal();
  const filter = { path: "workflow_run.conclusion", op: "equals", value: "success" } as const;
  using lone = await LoneReceivers.open({ gh: { ...GITHUB, filter } }, { memory });
  const event = "workflow_run";
  const filtered = '200 filtered: filter: path workflow_run.conclusion does not equal "success"';
  assertEquals(await lone.deliver("gh", runOf("failure"), { event }), filtered);
  const alone = "200 filtered: good state without a bad one before";
  assertEquals(await lone.deliver("gh", runOf("success"), { event }), alone);
});

Deno.test("WebhookReceiver routes events by their repository, and by the session that a source names [source.config]", async () => {
  await using port = new SourcePort({
    gh: GITHUB,
    named: { ...GITHUB, session: "web" },
    ci: { ...GENERIC, repository: "octo/repo" },
  });
  const repo = port.open("repo", "Octo/Repo");
  const web = port.open("web", "octo/web");
  port.open("late", null);
  const event = "push";
  await port.deliver("gh", pushTo("main"), { event });
  await port.deliver("named", pushTo("main"), { event });
  await port.deliver("ci", { state: "red" });
  assertEquals(port.rows().map(({ session, target }) => [session, target]), [
    [repo, null],
    [web, "web"],
    [repo, null],
  ]);
});

Deno.test("WebhookReceiver keeps an event until its session is the only one of that name [source.journal]", async () => {
  await using port = new SourcePort({ gh: { ...GITHUB, session: "web" } });
  const event = "push";
  assertEquals(await port.deliver("gh", pushTo("main"), { event }), "202 stored");
  port.open("web", null);
  port.open("web", null);
  const other = pushTo("main", "b".repeat(40));
  assertEquals(await port.deliver("gh", other, { event }), "202 stored");
  const filtered = await port.deliver("gh", pushTo("feature"), { event });
  assertEquals(filtered, `200 filtered: ${DEFAULT}`);
  assertEquals(port.rows()[1]?.session, null);
});
