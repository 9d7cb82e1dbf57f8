import { assert, assertEquals, assertFalse } from "@std/assert";
import { COMMON, linesOf, NO_SHA, SHA, shapeOf } from "../../_github.ts";

const AFTER = "f95f852bd8fca8fcc58a9a2d6c842781e32a215e";

const PUSH = {
  ref: "refs/heads/main",
  before: SHA,
  after: AFTER,
  created: false,
  deleted: false,
  forced: false,
  compare: "https://github.com/octo/repo/compare/6dcb09b5b578...f95f852bd8fc",
  commits: [
    {
      message: "First\n\nbody",
      author: { email: "bob@example.com" },
      added: ["a"],
      modified: ["b"],
    },
    { message: "Second", added: [], modified: ["b", "c"], removed: ["d"] },
    { message: "Third </channel>", modified: [] },
    { message: "Fourth" },
  ],
  head_commit: { message: "Fourth" },
};

Deno.test("shapeGithubPush() tells what was pushed, the newest first [source.shape]", () => {
  assertEquals(linesOf("push", PUSH), [
    "[github] push - 4 commits - octo/repo@main",
    "branch: main",
    "by: octocat",
    "files: 1 added, 2 modified, 1 removed",
    "range: 6dcb09b..f95f852",
    'subjects, 3 shown of 4 (untrusted): "Fourth; Third ‹/channel›; Second"',
    "https://github.com/octo/repo/compare/6dcb09b5b578...f95f852bd8fc",
  ]);
});

Deno.test("shapeGithubPush() takes a deleted branch, whose head is null [source.total]", () => {
  const payload = { ...PUSH, ref: "refs/heads/old", after: NO_SHA, deleted: true, forced: false };
  const deletion = { ...payload, commits: [], head_commit: null, compare: null };
  assertEquals(linesOf("push", deletion), [
    "[github] branch deleted - octo/repo",
    'branch (untrusted): "old"',
    "by: octocat",
    "range: 6dcb09b",
    "https://github.com/octo/repo",
  ]);
  assertEquals(shapeOf("push", deletion).severity, "warning");
});

Deno.test("shapeGithubPush() wants the default branch, forced pushes and deletions [source.filter]", () => {
  assert(shapeOf("push", PUSH).isWanted);
  const other = { ...PUSH, ref: "refs/heads/feature" };
  assertFalse(shapeOf("push", other).isWanted);
  assertFalse(shapeOf("push", { ...PUSH, ref: "refs/tags/main" }).isWanted);
  assert(shapeOf("push", { ...other, forced: true }).isWanted);
  assert(shapeOf("push", { ...other, after: NO_SHA, deleted: true }).isWanted);
  const repository = { ...COMMON.repository, default_branch: "feature" };
  assert(shapeOf("push", { ...other, repository }).isWanted);
});
