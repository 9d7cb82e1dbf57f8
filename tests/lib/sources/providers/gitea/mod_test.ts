import { assert, assertEquals, assertFalse } from "@std/assert";
import fc from "fast-check";
import { forgejo, gitea } from "../../../../../lib/sources/providers/gitea/mod.ts";
import {
  ACTION_RUN,
  ALL,
  BEFORE,
  COMMENT,
  COMMON,
  DELETE,
  HOME,
  ISSUE,
  OWN,
  PULL,
  PUSH,
  RELEASE,
  REPOSITORY,
  REVIEW,
  SHA,
  STATUS,
  userOf,
  WORKFLOW_RUN,
} from "../../_gitea.ts";
import { assertNoOrder } from "../../_orders.ts";
import { assertSound, linesOf, mutationOf } from "../../_shapes.ts";

function lines(event: string, payload: unknown): string[] {
  return linesOf(gitea, { event, payload });
}

function isWanted(event: string, payload: unknown): boolean {
  return gitea.shape({ event, payload }).isWanted;
}

Deno.test("gitea.shape() tells what was pushed, the newest first [source.shape]", () => {
  assertEquals(lines("push", PUSH), [
    "[gitea] push - 2 commits - shop/web@main",
    "branch: main",
    "by: bob",
    "files: 1 added, 1 modified",
    "range: 67b5658..48e773f",
    'subjects (untrusted): "Second; First"',
    `${HOME}/compare/${BEFORE}...${SHA}`,
  ]);
  const many = { ...PUSH, total_commits: 40 };
  assertEquals(lines("push", many)[0], "[gitea] push - 40 commits - shop/web@main");
  assertFalse(lines("push", many).some((line) => line.startsWith("files")));
});

Deno.test("gitea.shape() wants pushes of the default branch and what is deleted [source.filter]", () => {
  assert(isWanted("push", PUSH));
  assertFalse(isWanted("push", { ...PUSH, ref: "refs/heads/more" }));
  assert(isWanted("delete", DELETE));
  assertEquals(lines("delete", DELETE), [
    "[gitea] branch deleted - shop/web",
    'branch (untrusted): "more"',
    "by: ada",
    HOME,
  ]);
  assertEquals(
    lines("delete", { ...DELETE, ref_type: "tag" })[0],
    "[gitea] tag deleted - shop/web",
  );
  assertFalse(isWanted("create", { ...DELETE, sha: SHA }));
});

Deno.test("gitea.shape() tells of a pull request as of one of GitHub [source.shape]", () => {
  assertEquals(lines("pull_request", PULL), [
    "[gitea] pull request opened - #2 - shop/web",
    'title (untrusted): "Sell more"',
    "author: ada (external)",
    'head, of a fork (untrusted): "more"',
    "base: main",
    "body: withheld, its author is external",
    `${HOME}/pulls/2`,
  ]);
  assert(isWanted("pull_request", PULL));
  const pushed = { ...PULL, action: "synchronized" };
  assertFalse(isWanted("pull_request", pushed));
  const { title, event } = gitea.shape({ event: "pull_request", payload: pushed });
  assertEquals(title, "pull request updated - #2 - shop/web");
  assertEquals(event, "pull_request.synchronized");
});

Deno.test("gitea.shape() trusts who may write, who owns, and who can read what is private [source.untrusted]", () => {
  const trustOf = (payload: unknown, event = "issue_comment") =>
    gitea.shape({ event, payload }).meta.trust;
  assertEquals(trustOf(COMMENT), "external");
  assertEquals(trustOf({ ...COMMENT, repository: OWN }), "member");
  assertEquals(trustOf({ ...PULL, repository: OWN }, "pull_request"), "member");
  const edited = { ...COMMENT, action: "edited", repository: OWN, sender: userOf("ada") };
  assertEquals(trustOf(edited), "external", "whose rights these are is not sure");
  const byBob = { ...COMMENT, repository: OWN, sender: userOf("bob") };
  assertEquals(trustOf(byBob), "external", "these are the rights of bob");
  assertEquals(trustOf({ ...COMMENT, repository: { ...REPOSITORY, private: true } }), "member");
  assertEquals(
    trustOf({ ...COMMENT, repository: { ...REPOSITORY, internal: true } }),
    "contributor",
  );
  assertEquals(
    trustOf({ ...COMMENT, repository: { ...REPOSITORY, full_name: "ada/web" } }),
    "member",
  );
  const bot = { ...COMMENT.comment, user: userOf("gitea-actions") };
  assertEquals(
    trustOf({ ...COMMENT, comment: bot, repository: { ...OWN, private: true } }),
    "external",
  );
});

Deno.test("gitea.shape() shows what a member says [source.shape]", () => {
  assertEquals(lines("issue_comment", { ...COMMENT, repository: OWN }), [
    "[gitea] comment on pull request - #1 - shop/web",
    'title (untrusted): "It is slow"',
    "author: ada (member)",
    'body (untrusted): "Look at the index"',
    `${HOME}/issues/1#issuecomment-2`,
  ]);
  assert(isWanted("issue_comment", { ...COMMENT, repository: OWN }));
  assertFalse(isWanted("issue_comment", COMMENT));
});

Deno.test("gitea.shape() reads a review, which is named after its verdict [source.shape]", () => {
  const inPrivate = { ...REVIEW, repository: { ...REPOSITORY, private: true } };
  assertEquals(lines("pull_request_rejected", inPrivate), [
    "[gitea] review changes requested - #2 - shop/web",
    'title (untrusted): "Sell more"',
    "author: bob (member)",
    'body (untrusted): "Not so"',
    `${HOME}/pulls/2`,
  ]);
  const { event, isWanted, meta } = gitea.shape({
    event: "pull_request_rejected",
    payload: inPrivate,
  });
  assertEquals({ event, isWanted, action: meta.action }, {
    event: "pull_request_rejected.reviewed",
    isWanted: true,
    action: "reviewed",
  });
  const byStranger = { ...REVIEW, repository: OWN };
  assertFalse(
    gitea.shape({ event: "pull_request_approved", payload: byStranger }).isWanted,
    "the rights are those of who has opened the pull request",
  );
});

Deno.test("gitea.shape() tells of issues, releases and statuses as GitHub's [source.filter]", () => {
  assertEquals(lines("issues", ISSUE)[0], "[gitea] issue opened - #1 - shop/web");
  assert(isWanted("issues", ISSUE));
  assertFalse(isWanted("issues", { ...ISSUE, action: "label_updated" }));
  assertEquals(lines("release", RELEASE)[0], "[gitea] release published - v1 - shop/web");
  assert(isWanted("release", RELEASE));
  assertFalse(isWanted("release", { ...RELEASE, action: "updated" }));
  assert(isWanted("status", STATUS));
  assertFalse(isWanted("status", { ...STATUS, state: "success" }));
});

Deno.test("gitea.shape() tells of a run of its Actions, and of a success after a failure [source.filter]", () => {
  assertEquals(lines("workflow_run", WORKFLOW_RUN), [
    "[gitea] workflow failed - test #12 - shop/web@main",
    'title (untrusted): "Sell more"',
    "commit: 48e773f",
    "trigger: push",
    `${HOME}/actions/runs/12`,
  ]);
  const { track, isWanted } = gitea.shape({ event: "workflow_run", payload: WORKFLOW_RUN });
  assertEquals(track, { subject: "workflow_run shop/web test.yml shop/web:main", state: "bad" });
  assert(isWanted);
});

Deno.test("forgejo.shape() tells of a run of its Actions, and of a success after a failure [source.filter]", () => {
  const delivery = { event: "action_run_failure", payload: ACTION_RUN };
  assertEquals(linesOf(forgejo, delivery), [
    "[forgejo] workflow failed - #12 - shop/web@main",
    'workflow (untrusted): "test.yml"',
    'title (untrusted): "Sell more"',
    "branch: main",
    "commit: 48e773f",
    'trigger (untrusted): "push"',
    "by: ada",
    `${HOME}/actions/runs/12`,
  ]);
  const { event, repo, isWanted, burstKey, track } = forgejo.shape(delivery);
  assertEquals({ event, repo, isWanted, burstKey, track }, {
    event: "action_run_failure.failure",
    repo: "shop/web",
    isWanted: true,
    burstKey: "shop/web@48e773f",
    track: { subject: "action_run shop/web test.yml main", state: "bad" },
  });
  const runOf = (action: string, run: Record<string, unknown> = {}) =>
    forgejo.shape({
      event: `action_run_${action}`,
      payload: { ...ACTION_RUN, action, run: { ...ACTION_RUN.run, ...run } },
    });
  for (const action of ["success", "recover"]) {
    assertEquals(runOf(action).track?.state, "good", action);
    assert(runOf(action).isWanted, action);
  }
  assertFalse(runOf("cancelled").isWanted);
  const ofFork = runOf("failure", { is_fork_pull_request: true });
  assertEquals(ofFork.title, "workflow failed - #12 - shop/web");
  assertEquals(ofFork.meta.ref, undefined);
  assertEquals(ofFork.track?.subject, "action_run shop/web test.yml fork");
});

Deno.test("gitea.shape() names an event that it does not know [source.filter]", () => {
  const shape = gitea.shape({ event: "wiki", payload: { ...COMMON, action: "edited" } });
  assertEquals([shape.event, shape.isWanted], ["wiki.edited", false]);
});

Deno.test("gitea.shape() takes any payload and keeps its limits [source.total]", () => {
  const events = ALL.map(([event]) => event);
  const payload = fc.oneof(fc.jsonValue(), ...ALL.map(([, body]) => mutationOf(body)));
  fc.assert(
    fc.property(fc.constantFrom(...events, "", "a b"), payload, (event, any) => {
      assertSound(gitea, { event, payload: any });
      assertSound(forgejo, { event, payload: any });
    }),
    { numRuns: 500 },
  );
});

Deno.test("gitea.shape() lets no text out of its quotes and shows no person's address [source.untrusted]", () => {
  const ofFork = { ...WORKFLOW_RUN.workflow_run, event: "pull_request" };
  for (const [event, payload] of ALL) {
    const isRun = event === "workflow_run";
    assertNoOrder(gitea, {
      event,
      payload: isRun ? { ...WORKFLOW_RUN, workflow_run: ofFork } : payload,
    });
    assertFalse(/@example|\.png/.test(lines(event, payload).join("\n")), event);
  }
});
