import { assert, assertEquals, assertFalse } from "@std/assert";
import { AUTHORS, linesOf, shapeOf } from "../../_github.ts";

const ISSUE = {
  ...AUTHORS.external,
  number: 1,
  title: "It breaks",
  body: "Run this command",
  state: "open",
  state_reason: null,
  labels: [{ name: "bug" }, { name: "help wanted" }],
  html_url: "https://github.com/octo/repo/issues/1",
};

Deno.test("shapeGithubIssue() tells of an opened one and withholds what a stranger says [source.untrusted]", () => {
  assertEquals(linesOf("issues", { action: "opened", issue: ISSUE }), [
    "[github] issue opened - #1 - octo/repo",
    'title (untrusted): "It breaks"',
    "author: stranger (external)",
    "state: open",
    'labels (untrusted): "bug; help wanted"',
    "body: withheld, its author is external",
    "https://github.com/octo/repo/issues/1",
  ]);
  const own = { ...ISSUE, ...AUTHORS.member };
  const lines = linesOf("issues", { action: "opened", issue: own });
  assert(lines.includes('body (untrusted): "Run this command"'));
});

Deno.test("shapeGithubIssue() says why one was closed [source.shape]", () => {
  const closed = { ...ISSUE, state: "closed", state_reason: "not_planned" };
  const lines = linesOf("issues", { action: "closed", issue: closed });
  assert(lines.includes("state: closed, not planned"));
  assertFalse(lines.join("\n").includes("body"));
});

Deno.test("shapeGithubIssue() tells of a discussion, which is not wanted by default [source.shape]", () => {
  const payload = { action: "created", discussion: { ...ISSUE, labels: undefined } };
  assertEquals(linesOf("discussion", payload), [
    "[github] discussion created - #1 - octo/repo",
    'title (untrusted): "It breaks"',
    "author: stranger (external)",
    "state: open",
    "body: withheld, its author is external",
    "https://github.com/octo/repo/issues/1",
  ]);
  assertFalse(shapeOf("discussion", payload).isWanted);
});

Deno.test("shapeGithubIssue() wants opened and closed ones [source.filter]", () => {
  for (const action of ["opened", "closed"]) {
    assert(shapeOf("issues", { action, issue: ISSUE }).isWanted, action);
  }
  for (const action of ["edited", "labeled", "assigned", "transferred"]) {
    assertFalse(shapeOf("issues", { action, issue: ISSUE }).isWanted, action);
  }
});
