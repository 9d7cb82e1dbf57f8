import { assert, assertEquals, assertFalse } from "@std/assert";
import { linesOf, SHA, shapeOf } from "../../_github.ts";

const CHECK = {
  name: "lint",
  status: "completed",
  conclusion: "failure",
  head_sha: SHA,
  check_suite: { head_branch: "feature" },
  app: { slug: "octo-linter", name: "Octo Linter" },
  output: {
    title: "3 problems",
    summary: "Line 1 <!-- hidden --> is bad",
    text: "never shown",
    annotations_count: 3,
  },
  pull_requests: [{ number: 2 }],
  html_url: "https://github.com/octo/repo/runs/1",
};

Deno.test("shapeGithubCheck() tells what an app found [source.shape]", () => {
  assertEquals(linesOf("check_run", { action: "completed", check_run: CHECK }), [
    "[github] check failed - octo-linter - octo/repo",
    'check (untrusted): "lint"',
    'title (untrusted): "3 problems"',
    'summary (untrusted): "Line 1 is bad"',
    "annotations: 3",
    'branch (untrusted): "feature"',
    "commit: 6dcb09b",
    "pull requests: #2",
    "https://github.com/octo/repo/runs/1",
  ]);
});

Deno.test("shapeGithubCheck() leads from a suite to the checks of its commit [source.shape]", () => {
  const suite = { ...CHECK, name: undefined, output: undefined, html_url: undefined };
  const lines = linesOf("check_suite", { action: "completed", check_suite: suite });
  assertEquals(lines[0], "[github] checks failed - octo-linter - octo/repo");
  assertEquals(lines.at(-1), `https://github.com/octo/repo/commit/${SHA}/checks`);
});

Deno.test("shapeGithubCheck() wants failures, but none of GitHub Actions [source.filter]", () => {
  for (const type of ["check_run", "check_suite"]) {
    const judge = (changes: object, action = "completed") =>
      shapeOf(type, { action, [type]: { ...CHECK, ...changes } }).isWanted;
    assert(judge({}), type);
    assert(judge({ conclusion: "timed_out" }), type);
    assertFalse(judge({ conclusion: "success" }), type);
    assertFalse(judge({ app: { slug: "github-actions" } }), type);
    assertFalse(judge({}, "rerequested"), type);
  }
});

const STATUS = {
  sha: SHA,
  state: "failure",
  context: "ci/build",
  description: "The build failed",
  target_url: "https://ci.example.com/build/1?token=x&buildId=5",
  branches: [{ name: "main" }],
  commit: { html_url: "https://github.com/octo/repo/commit/6dcb09b" },
};

Deno.test("shapeGithubStatus() tells what another system said of a commit [source.shape]", () => {
  assertEquals(linesOf("status", STATUS), [
    "[github] status failed - octo/repo",
    'context (untrusted): "ci/build"',
    'description (untrusted): "The build failed"',
    'branch (untrusted): "main"',
    "commit: 6dcb09b",
    "https://ci.example.com/build/1?buildId=5",
  ]);
  const bare = { ...STATUS, target_url: null, description: null, branches: [] };
  assertEquals(linesOf("status", bare).at(-1), "https://github.com/octo/repo/commit/6dcb09b");
});

Deno.test("shapeGithubStatus() wants failures only [source.filter]", () => {
  for (const state of ["failure", "error"]) {
    assertEquals(shapeOf("status", { ...STATUS, state }).severity, "error");
    assert(shapeOf("status", { ...STATUS, state }).isWanted, state);
  }
  for (const state of ["success", "pending"]) {
    assertFalse(shapeOf("status", { ...STATUS, state }).isWanted, state);
  }
});
