import { assert, assertEquals, assertFalse } from "@std/assert";
import fc from "fast-check";
import { bitbucket } from "../../../../../lib/sources/providers/bitbucket/mod.ts";
import { assertNoOrder } from "../../_orders.ts";
import { assertSound, linesOf, mutationOf } from "../../_shapes.ts";

const BEFORE = "1e65c05c1d5171631d92438a13901ca7dae9618c";
const SHA = "709d658dc5b6d6afcd46049c2f332ee3f515a67d";
const HOME = "https://bitbucket.org/shop/web";

const ACTOR = {
  nickname: "ada",
  display_name: "Ada Example",
  type: "user",
  links: { avatar: { href: "https://secure.gravatar.com/avatar/1" } },
};
const REPOSITORY = {
  full_name: "shop/web",
  is_private: true,
  links: { self: { href: "https://api.bitbucket.org/x" }, html: { href: HOME } },
};
const PUBLIC = { ...REPOSITORY, is_private: false };

function branchOf(name: string, hash: string) {
  return { type: "branch", name, target: { hash } };
}

const CHANGE = {
  new: branchOf("main", SHA),
  old: branchOf("main", BEFORE),
  links: { html: { href: `${HOME}/branches/compare/${SHA}..${BEFORE}` } },
  created: false,
  forced: false,
  commits: [{ message: "Second\n\nbody", author: { raw: "Ada <ada@example.com>" } }, {
    message: "First",
  }],
  truncated: false,
};
const PUSH = { actor: ACTOR, repository: REPOSITORY, push: { changes: [CHANGE] } };

const STATUS = {
  actor: ACTOR,
  repository: REPOSITORY,
  commit_status: {
    name: "Pipeline #12",
    description: "1 test failed",
    state: "FAILED",
    key: "pipelines",
    refname: "main",
    url: "https://bitbucket.org/shop/web/pipelines/results/12?token=abc",
    links: { commit: { href: `https://api.bitbucket.org/2.0/x/commit/${SHA}` } },
  },
};

const REQUEST = {
  actor: ACTOR,
  repository: REPOSITORY,
  pullrequest: {
    id: 1,
    title: "Sell more",
    description: "Fixes it",
    author: ACTOR,
    reason: "no budget",
    source: { branch: { name: "more" }, repository: REPOSITORY },
    destination: { branch: { name: "main" }, repository: REPOSITORY },
    links: { html: { href: `${HOME}/pull-requests/1` } },
  },
};

const COMMENT = {
  ...REQUEST,
  comment: {
    content: { raw: "This needs work", html: "<p>This needs work</p>" },
    inline: { path: "src/a.ts", from: null, to: 10 },
    links: { html: { href: `${HOME}/pull-requests/1#comment-17` } },
  },
};

const ISSUE = {
  actor: ACTOR,
  repository: REPOSITORY,
  issue: {
    id: 3,
    title: "It is slow",
    content: { raw: "Very" },
    state: "on hold",
    kind: "bug",
    priority: "major",
    links: { html: { href: `${HOME}/issues/3` } },
  },
};

const SERVER_REPOSITORY = {
  slug: "web",
  public: false,
  project: { key: "~ada" },
  links: { self: [{ href: "https://git.example.com/users/ada/repos/web/browse" }] },
};
const SERVER_ACTOR = { name: "ada", displayName: "Ada Example", emailAddress: "ada@example.com" };
const SERVER_PUSH = {
  eventKey: "repo:refs_changed",
  actor: SERVER_ACTOR,
  repository: SERVER_REPOSITORY,
  changes: [{
    ref: { displayId: "feature/wip", type: "BRANCH" },
    refId: "refs/heads/feature/wip",
    fromHash: BEFORE,
    toHash: "0".repeat(40),
    type: "DELETE",
  }],
};
const SERVER_REQUEST = {
  eventKey: "pr:opened",
  actor: SERVER_ACTOR,
  pullRequest: {
    id: 2,
    title: "Update the README",
    description: "yada",
    fromRef: { displayId: "wip", repository: { ...SERVER_REPOSITORY, slug: "fork" } },
    toRef: { displayId: "master", repository: SERVER_REPOSITORY },
    author: { user: { ...SERVER_ACTOR, name: "eve" } },
    links: { self: [{ href: "https://git.example.com/users/ada/repos/web/pull-requests/2" }] },
  },
  comment: { text: "test", author: SERVER_ACTOR },
};

const ALL = [PUSH, STATUS, REQUEST, COMMENT, ISSUE, SERVER_PUSH, SERVER_REQUEST];

function isWanted(event: string, payload: unknown): boolean {
  return bitbucket.shape({ event, payload }).isWanted;
}

function lines(event: string, payload: unknown): string[] {
  return linesOf(bitbucket, { event, payload });
}

Deno.test("bitbucket.shape() tells what was pushed [source.shape]", () => {
  assertEquals(lines("repo:push", PUSH), [
    "[bitbucket] push - 2 commits - shop/web@main",
    "branch: main",
    "by: ada (member)",
    "range: 1e65c05..709d658",
    'subjects (untrusted): "Second; First"',
    `${HOME}/branches/compare/${SHA}..${BEFORE}`,
  ]);
  const { event, rule, meta } = bitbucket.shape({ event: "repo:push", payload: PUSH });
  assertEquals({ event, rule, meta }, {
    event: "repo.push",
    rule: "repo.push: the default branch, forced or deleted",
    meta: { action: "push", actor: "ada", ref: "main" },
  });
});

Deno.test("bitbucket.shape() tells the branch that matters of a push of several [source.filter]", () => {
  const feature = { ...CHANGE, new: branchOf("more", SHA), old: branchOf("more", BEFORE) };
  const created = { ...feature, old: null, truncated: true };
  const deleted = { ...feature, new: null, commits: [] };
  const pushOf = (...changes: unknown[]) => ({ ...PUSH, push: { changes } });
  assertFalse(isWanted("repo:push", pushOf(feature)));
  assertFalse(isWanted("repo:push", pushOf(created)));
  assertEquals(
    lines("repo:push", pushOf(created))[0],
    "[bitbucket] branch created - shop/web",
  );
  assert(isWanted("repo:push", pushOf({ ...feature, forced: true })));
  assert(isWanted("repo:push", pushOf(created, deleted)));
  const mixed = lines("repo:push", pushOf(created, deleted, CHANGE));
  assertEquals(mixed[0], "[bitbucket] push - 2 commits - shop/web@main");
  assertEquals(mixed.at(-2), 'also pushed (untrusted): "more; more"');
  assertFalse(isWanted("repo:push", pushOf()));
});

Deno.test("bitbucket.shape() reads a push of Bitbucket Data Center [source.shape]", () => {
  assertEquals(lines("repo:refs_changed", SERVER_PUSH), [
    "[bitbucket] branch deleted - ada/web",
    'branch (untrusted): "feature/wip"',
    "by: ada (member)",
    "range: 1e65c05",
    "https://git.example.com/users/ada/repos/web/browse",
  ]);
  assert(isWanted("", SERVER_PUSH), "the body says what the event is");
});

Deno.test("bitbucket.shape() wants builds that fail, and those that succeed after that [source.filter]", () => {
  assertEquals(lines("repo:commit_status_updated", STATUS), [
    "[bitbucket] build failed - 709d658 - shop/web",
    'name (untrusted): "Pipeline #12"',
    'description (untrusted): "1 test failed"',
    'branch (untrusted): "main"',
    "by: ada (member)",
    "https://bitbucket.org/shop/web/pipelines/results/12",
  ]);
  const statusOf = (state: string, refname: string | null = "main") =>
    bitbucket.shape({
      event: "repo:commit_status_updated",
      payload: { ...STATUS, commit_status: { ...STATUS.commit_status, state, refname } },
    });
  const failed = statusOf("FAILED");
  assert(failed.isWanted);
  assertEquals([failed.severity, failed.burstKey], ["error", "shop/web@709d658"]);
  assertEquals(failed.track, { subject: "status shop/web pipelines main", state: "bad" });
  assert(statusOf("SUCCESSFUL").isWanted);
  assertEquals(statusOf("SUCCESSFUL").track?.state, "good");
  assertFalse(statusOf("SUCCESSFUL", null).isWanted, "the state before is unknown");
  assertFalse(statusOf("INPROGRESS").isWanted);
  assertFalse(statusOf("STOPPED").isWanted);
});

Deno.test("bitbucket.shape() tells of a pull request [source.shape]", () => {
  assertEquals(lines("pullrequest:created", REQUEST), [
    "[bitbucket] pull request opened - #1 - shop/web",
    'title (untrusted): "Sell more"',
    "author: ada",
    'head (untrusted): "more"',
    "base: main",
    'body (untrusted): "Fixes it"',
    `${HOME}/pull-requests/1`,
  ]);
  assertEquals(lines("pullrequest:rejected", REQUEST).slice(-2), [
    'reason (untrusted): "no budget"',
    `${HOME}/pull-requests/1`,
  ]);
  assertEquals(lines("pr:opened", SERVER_REQUEST), [
    "[bitbucket] pull request opened - #2 - ada/web",
    'title (untrusted): "Update the README"',
    "author: eve",
    "by: ada (member)",
    'head, of a fork (untrusted): "ada/fork:wip"',
    "base: master",
    'body (untrusted): "yada"',
    "https://git.example.com/users/ada/repos/web/pull-requests/2",
  ]);
});

Deno.test("bitbucket.shape() wants a pull request that asks for a person [source.filter]", () => {
  const wanted = ["created", "fulfilled", "rejected", "approved", "changes_request_created"];
  for (const action of wanted) assert(isWanted(`pullrequest:${action}`, REQUEST), action);
  for (const action of ["updated", "changes_request_removed", "unheard_of"]) {
    assertFalse(isWanted(`pullrequest:${action}`, REQUEST), action);
  }
  const ofServer = ["opened", "merged", "declined", "reviewer:needs_work", "reviewer:updated"];
  for (const action of ofServer) assert(isWanted(`pr:${action}`, SERVER_REQUEST), action);
  assertFalse(isWanted("pr:from_ref_updated", SERVER_REQUEST));
  assertEquals(
    lines("pr:reviewer:needs_work", SERVER_REQUEST)[0],
    "[bitbucket] pull request needs changes - #2 - ada/web",
  );
});

Deno.test("bitbucket.shape() tells what a member says, and withholds what a stranger says [source.untrusted]", () => {
  assertEquals(lines("pullrequest:comment_created", COMMENT), [
    "[bitbucket] comment on pull request - #1 - shop/web",
    'title (untrusted): "Sell more"',
    "by: ada (member)",
    'at (untrusted): "src/a.ts:10"',
    'body (untrusted): "This needs work"',
    `${HOME}/pull-requests/1#comment-17`,
  ]);
  assert(isWanted("pullrequest:comment_created", COMMENT));
  assertFalse(isWanted("pullrequest:comment_updated", COMMENT));
  const commentIn = (isPublic: boolean) => {
    const repository = { ...SERVER_REPOSITORY, public: isPublic, project: { key: "SHOP" } };
    const pullRequest = { ...SERVER_REQUEST.pullRequest, toRef: { repository } };
    return { ...SERVER_REQUEST, pullRequest };
  };
  assert(isWanted("pr:comment:added", commentIn(false)));
  assertFalse(isWanted("pr:comment:added", commentIn(true)));
  const strangers = [
    { ...COMMENT, repository: PUBLIC },
    { ...COMMENT, actor: { ...ACTOR, type: "AppUser" } },
    { ...COMMENT, actor: { ...ACTOR, nickname: "Build Bot" } },
  ];
  for (const payload of strangers) {
    assertFalse(isWanted("pullrequest:comment_created", payload));
    const shown = lines("pullrequest:comment_created", payload);
    assert(shown.includes("body: withheld, its author may be external"), shown.join("\n"));
  }
});

Deno.test("bitbucket.shape() tells of an issue, and wants a change of its state [source.filter]", () => {
  assertEquals(lines("issue:created", ISSUE), [
    "[bitbucket] issue opened - #3 - shop/web",
    'title (untrusted): "It is slow"',
    "by: ada (member)",
    'state (untrusted): "on hold"',
    "kind: bug",
    "priority: major",
    'body (untrusted): "Very"',
    `${HOME}/issues/3`,
  ]);
  assert(isWanted("issue:created", ISSUE));
  assertFalse(isWanted("issue:updated", { ...ISSUE, changes: { title: { old: "", new: "" } } }));
  const changes = { status: { old: "open", new: "resolved" } };
  assert(isWanted("issue:updated", { ...ISSUE, changes }));
  const comment = { ...ISSUE, comment: COMMENT.comment };
  assertEquals(
    lines("issue:comment_created", comment)[0],
    "[bitbucket] comment on issue - #3 - shop/web",
  );
});

Deno.test("bitbucket.shape() names an event that it does not know [source.filter]", () => {
  const payload = { actor: ACTOR, repository: REPOSITORY, changes: { name: { new: "shop" } } };
  assertEquals(lines("repo:updated", payload), [
    "[bitbucket] repo updated - shop/web",
    "by: ada (member)",
    'name.new (untrusted): "shop"',
    HOME,
  ]);
  assertFalse(isWanted("repo:updated", payload));
});

Deno.test("bitbucket.shape() takes any payload and keeps its limits [source.total]", () => {
  const events = [
    "repo:push",
    "pullrequest:created",
    "pullrequest:comment_created",
    "issue:updated",
  ];
  const event = fc.constantFrom(...events, "repo:commit_status_created", "pr:opened", "", "a b");
  fc.assert(
    fc.property(event, fc.oneof(fc.jsonValue(), ...ALL.map(mutationOf)), (key, payload) => {
      assertSound(bitbucket, { event: key, payload });
    }),
    { numRuns: 500 },
  );
});

Deno.test("bitbucket.shape() shows no person's address or face [source.redaction]", () => {
  for (const event of ["repo:push", "pullrequest:created", "issue:created", "repo:fork"]) {
    for (const payload of ALL) {
      assertFalse(/ada@|gravatar|api\.bitbucket/.test(lines(event, payload).join("\n")), event);
    }
  }
});

Deno.test("bitbucket.shape() lets no text out of its quotes [source.untrusted]", () => {
  const events = ["repo:push", "pullrequest:rejected", "pullrequest:comment_created", "repo:fork"];
  for (const event of [...events, "repo:commit_status_created", "issue:created", "pr:opened"]) {
    for (const payload of ALL) assertNoOrder(bitbucket, { event, payload });
  }
});
