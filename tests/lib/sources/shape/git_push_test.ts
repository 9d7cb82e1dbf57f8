import { assert, assertEquals, assertFalse } from "@std/assert";
import {
  countFiles,
  pushFacts,
  refLine,
  subjectOf,
} from "../../../../lib/sources/shape/git_push.ts";
import { field } from "../../../../lib/sources/shape/lines.ts";

const PUSH = {
  repo: "shop/web",
  defaultBranch: "main",
  ref: "refs/heads/main",
  isTag: false,
  before: "67b56589a45103f891bdee7c0546e5d40bc02001",
  after: "48e773f892a831faa47c0a160d1b7f0cd369ae2a",
  isForced: false,
  count: 2,
  messages: ["Second\n\nbody", undefined, "\nFirst"],
};

Deno.test("pushFacts() says what was pushed and where [source.shape]", () => {
  const { title, lines, ref, severity } = pushFacts(PUSH, field("by", "ada"));
  assertEquals(title, ["push", "2 commits", "shop/web@main"]);
  assertEquals(lines.map(({ key, value }) => `${key}: ${value}`), [
    "branch: main",
    "by: ada",
    "range: 67b5658..48e773f",
    "subjects: Second; First",
  ]);
  assertEquals([ref, severity], ["main", "info"]);
});

Deno.test("pushFacts() tells what begins, ends or loses commits [source.shape]", () => {
  const titleOf = (rest: Partial<typeof PUSH>) => pushFacts({ ...PUSH, ...rest }, []).title[0];
  const none = "0".repeat(40);
  assertEquals(titleOf({ before: none }), "branch created");
  assertEquals(titleOf({ after: none }), "branch deleted");
  assertEquals(titleOf({ after: none, isTag: true }), "tag deleted");
  assertEquals(titleOf({ isForced: true }), "forced push");
  assertEquals(pushFacts({ ...PUSH, isForced: true }, []).severity, "warning");
  assertEquals(pushFacts({ ...PUSH, count: 1 }, []).title[1], "1 commit");
});

Deno.test("pushFacts() wants the default branch, forced pushes and deletions [source.filter]", () => {
  const isWanted = (rest: Partial<typeof PUSH>) => pushFacts({ ...PUSH, ...rest }, []).isWanted;
  const other = { ref: "refs/heads/more" };
  assert(isWanted({}));
  assertFalse(isWanted(other));
  assertFalse(isWanted({ isTag: true, ref: "refs/tags/main" }));
  assert(isWanted({ ...other, isForced: true }));
  assert(isWanted({ ...other, after: "0".repeat(40) }));
});

Deno.test("refLine() quotes every branch but the default one [source.untrusted]", () => {
  const of = (ref: string, isTag = false) =>
    refLine({ ref, isTag, defaultBranch: "main" }).map((
      { key, isUntrusted },
    ) => [key, isUntrusted]);
  assertEquals(of("refs/heads/main"), [["branch", false]]);
  assertEquals(of("more"), [["branch", true]]);
  assertEquals(of("main", true), [["tag", true]]);
  assertEquals(refLine({ ref: undefined, isTag: false, defaultBranch: undefined }), []);
});

Deno.test("subjectOf() takes the first line of a message that has any [source.shape]", () => {
  assertEquals(subjectOf("Sell more\r\n\r\nbody"), "Sell more");
  assertEquals(subjectOf("\n\nSell more"), "Sell more");
  assertEquals(subjectOf("\n"), undefined);
  assertEquals(subjectOf(undefined), undefined);
});

Deno.test("countFiles() counts a file once for each kind of change [source.shape]", () => {
  const commits = [
    { added: ["a"], modified: ["b"] },
    { modified: ["b", "c"], removed: null },
    null,
  ];
  assertEquals(countFiles(commits), "1 added, 2 modified");
  assertEquals(countFiles([]), "");
});
