import { assert, assertEquals, assertFalse } from "@std/assert";
import { AUTHORS, linesOf, SHA, shapeOf } from "../../_github.ts";

const COMMENT = {
  ...AUTHORS.member,
  body: "Please look <!-- hidden --> here",
  html_url: "https://github.com/octo/repo/issues/1#issuecomment-1",
};

const ISSUE = { number: 1, title: "It breaks" };

Deno.test("shapeGithubComment() tells who says what about an issue [source.shape]", () => {
  assertEquals(linesOf("issue_comment", { action: "created", issue: ISSUE, comment: COMMENT }), [
    "[github] comment on issue - #1 - octo/repo",
    'title (untrusted): "It breaks"',
    "author: octocat (member)",
    'body (untrusted): "Please look here"',
    "https://github.com/octo/repo/issues/1#issuecomment-1",
  ]);
});

Deno.test("shapeGithubComment() says what a comment is on [source.shape]", () => {
  const pull = { number: 2, title: "Fix" };
  const line = { path: "src/a.ts", line: null, original_line: 12 };
  const cases: [string, Record<string, unknown>, string, string?][] = [
    ["issue_comment", { issue: { ...pull, pull_request: {} } }, "pull request - #2"],
    ["discussion_comment", { discussion: pull }, "discussion - #2"],
    ["pull_request_review_comment", { pull_request: pull }, "pull request - #2", "src/a.ts:12"],
    ["commit_comment", {}, "commit - 6dcb09b", "src/a.ts:12"],
  ];
  for (const [event, subject, where, at] of cases) {
    const comment = { ...COMMENT, ...(at === undefined ? {} : line), commit_id: SHA };
    const lines = linesOf(event, { action: "created", ...subject, comment });
    assertEquals(lines[0], `[github] comment on ${where} - octo/repo`);
    assertEquals(lines.includes(`at (untrusted): "${at}"`), at !== undefined, event);
  }
});

Deno.test("shapeGithubComment() wants what contributors and members create [source.filter]", () => {
  const judge = (author: keyof typeof AUTHORS, action: string) =>
    shapeOf("issue_comment", { action, issue: ISSUE, comment: { ...COMMENT, ...AUTHORS[author] } });
  assert(judge("member", "created").isWanted);
  assert(judge("contributor", "created").isWanted);
  assertFalse(judge("external", "created").isWanted);
  assertFalse(judge("bot", "created").isWanted);
  assertFalse(judge("member", "edited").isWanted);
  assertEquals(judge("contributor", "created").meta.trust, "contributor");
});

Deno.test("shapeGithubComment() withholds what a stranger says, and what was deleted [source.untrusted]", () => {
  const stranger = { ...COMMENT, ...AUTHORS.external };
  const created = linesOf("issue_comment", { action: "created", issue: ISSUE, comment: stranger });
  assert(created.includes("body: withheld, its author is external"));
  assertFalse(created.join("\n").includes("Please look"));
  const deleted = linesOf("issue_comment", { action: "deleted", issue: ISSUE, comment: COMMENT });
  assertEquals(deleted[0], "[github] comment deleted on issue - #1 - octo/repo");
  assertFalse(deleted.join("\n").includes("Please look"));
});

const REVIEW = {
  ...AUTHORS.member,
  state: "changes_requested",
  body: "Not yet",
  commit_id: SHA,
  html_url: "https://github.com/octo/repo/pull/2#pullrequestreview-1",
};

Deno.test("shapeGithubReview() tells the verdict of a review [source.shape]", () => {
  const payload = {
    action: "submitted",
    review: REVIEW,
    pull_request: { number: 2, title: "Fix" },
  };
  assertEquals(linesOf("pull_request_review", payload), [
    "[github] review changes requested - #2 - octo/repo",
    'title (untrusted): "Fix"',
    "author: octocat (member)",
    "commit: 6dcb09b",
    'body (untrusted): "Not yet"',
    "https://github.com/octo/repo/pull/2#pullrequestreview-1",
  ]);
});

Deno.test("shapeGithubReview() wants verdicts, and no wrapper of comments [source.filter]", () => {
  const judge = (changes: object, action = "submitted") =>
    shapeOf("pull_request_review", { action, review: { ...REVIEW, ...changes } }).isWanted;
  assert(judge({}));
  assert(judge({ state: "APPROVED", body: null }));
  assert(judge({ state: "commented" }));
  assertFalse(judge({ state: "commented", body: null }));
  assertFalse(judge(AUTHORS.external));
  assertFalse(judge({ state: "dismissed" }, "dismissed"));
});
