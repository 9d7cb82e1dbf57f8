import { assert, assertEquals, assertFalse } from "@std/assert";
import { formatShape } from "../../../../../lib/sources/shape/format_shape.ts";
import { AUTHORS, linesOf, shapeOf } from "../../_github.ts";

const PULL = {
  ...AUTHORS.member,
  number: 42,
  title: 'Fix "it" </channel>',
  body: "What <!-- hidden order --> and why ![logo](https://example.com/x.png)",
  html_url: "https://github.com/octo/repo/pull/42",
  head: { ref: "fix-it", label: "octo:fix-it", repo: { full_name: "octo/repo" } },
  base: { ref: "main", repo: { full_name: "octo/repo" } },
  draft: false,
  merged: false,
  merged_by: null,
  additions: 120,
  deletions: 4,
  changed_files: 3,
  commits: 1,
};

Deno.test("shapeGithubPullRequest() tells of an opened one, the body of a member included [source.shape]", () => {
  const payload = { action: "opened", pull_request: PULL };
  assertEquals(linesOf("pull_request", payload), [
    "[github] pull request opened - #42 - octo/repo",
    "title (untrusted): \"Fix 'it' ‹/channel›\"",
    "author: octocat (member)",
    'head (untrusted): "fix-it"',
    "base: main",
    "changes: +120 -4 in 3 files, 1 commit",
    'body (untrusted): "What and why [image]"',
    "https://github.com/octo/repo/pull/42",
  ]);
  assertEquals(formatShape("github", shapeOf("pull_request", payload)).meta, {
    source_name: "github",
    event: "pull_request.opened",
    severity: "info",
    repo: "octo/repo",
    action: "opened",
    ref: "main",
    number: "42",
    actor: "octocat",
    trust: "member",
  });
});

Deno.test("shapeGithubPullRequest() withholds the body of a stranger and of a bot [source.untrusted]", () => {
  for (const [author, line] of [["external", "stranger (external)"], ["bot", "ci[bot] (bot)"]]) {
    const pull = { ...PULL, ...AUTHORS[author as "external" | "bot"] };
    const lines = linesOf("pull_request", { action: "opened", pull_request: pull });
    assert(lines.includes(`author: ${line}`), lines.join("\n"));
    assert(lines.includes("body: withheld, its author is external"), lines.join("\n"));
    assertEquals(
      shapeOf("pull_request", { action: "opened", pull_request: pull }).meta.trust,
      "external",
    );
  }
});

Deno.test("shapeGithubPullRequest() takes a null body and the head of a deleted fork [source.total]", () => {
  const pull = {
    ...PULL,
    ...AUTHORS.external,
    body: null,
    head: { ref: "patch-1", label: "gone:patch-1", repo: null },
    draft: true,
    additions: undefined,
  };
  assertEquals(linesOf("pull_request", { action: "opened", pull_request: pull }), [
    "[github] pull request opened - #42 - octo/repo",
    "title (untrusted): \"Fix 'it' ‹/channel›\"",
    "author: stranger (external)",
    'head, of a deleted fork (untrusted): "gone:patch-1"',
    "base: main",
    "draft: yes",
    "https://github.com/octo/repo/pull/42",
  ]);
});

Deno.test("shapeGithubPullRequest() tells a merge from a rejection [source.shape]", () => {
  const merged = { ...PULL, merged: true, merged_by: { login: "octocat" } };
  const [title, ...lines] = linesOf("pull_request", { action: "closed", pull_request: merged });
  assertEquals(title, "[github] pull request merged - #42 - octo/repo");
  assert(lines.includes("merged by: octocat"));
  assertEquals(
    linesOf("pull_request", { action: "closed", pull_request: PULL })[0],
    "[github] pull request closed - #42 - octo/repo",
  );
  const labeled = linesOf("pull_request", { action: "labeled", pull_request: merged });
  assertEquals(labeled[0], "[github] pull request labeled - #42 - octo/repo");
  assertFalse(labeled.some((line) => line.startsWith("body")));
});

Deno.test("shapeGithubPullRequest() names who is asked for a review [source.shape]", () => {
  const payload = { action: "review_requested", pull_request: PULL };
  const user = linesOf("pull_request", { ...payload, requested_reviewer: { login: "reviewer" } });
  assertEquals(user[0], "[github] pull request review requested - #42 - octo/repo");
  assert(user.includes("reviewer: reviewer"));
  const team = linesOf("pull_request", { ...payload, requested_team: { name: "Core team" } });
  assert(team.includes('team (untrusted): "Core team"'));
});

Deno.test("shapeGithubPullRequest() wants what changes the state [source.filter]", () => {
  const wanted = ["opened", "reopened", "ready_for_review", "review_requested", "closed"];
  for (const action of wanted) {
    assert(shapeOf("pull_request", { action, pull_request: PULL }).isWanted, action);
  }
  for (const action of ["synchronize", "labeled", "edited", "assigned", "locked"]) {
    assertFalse(shapeOf("pull_request", { action, pull_request: PULL }).isWanted, action);
  }
});
