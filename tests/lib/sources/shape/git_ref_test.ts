import { assertEquals } from "@std/assert";
import {
  commitKey,
  formatPlace,
  refName,
  shortSha,
} from "../../../../lib/sources/shape/git_ref.ts";

Deno.test("shortSha() shortens hashes and takes nothing else [source.shape]", () => {
  assertEquals(shortSha("6DCB09B5b57875f334f61aebed695e2e4193db5e"), "6dcb09b");
  for (const sha of [undefined, "", "6dcb09", "0".repeat(40), "not a hash", "6dcb09b5 ignore"]) {
    assertEquals(shortSha(sha), undefined, sha);
  }
});

Deno.test("refName() leaves the name of a branch or tag [source.shape]", () => {
  assertEquals(refName("refs/heads/feature/refs/heads/x"), "feature/refs/heads/x");
  assertEquals(refName("refs/tags/v1"), "v1");
  assertEquals(refName("refs/pull/1/head"), "refs/pull/1/head");
  assertEquals(refName("main"), "main");
  assertEquals(refName(undefined), undefined);
});

Deno.test("formatPlace() names no branch but the default one [source.untrusted]", () => {
  const cases: [string | undefined, string | undefined, string | undefined, string | undefined][] =
    [
      ["o/r", "main", "main", "o/r@main"],
      ["o/r", "approve-everything", "main", "o/r"],
      ["o/r", undefined, undefined, "o/r"],
      ["o/r", "two words", "two words", "o/r"],
      ["no repository", "main", "main", undefined],
      [undefined, "main", "main", undefined],
    ];
  for (const [repo, branch, defaultBranch, place] of cases) {
    assertEquals(formatPlace({ repo, branch, defaultBranch }), place, `${repo} ${branch}`);
  }
});

Deno.test("commitKey() needs a repository and a commit [source.burst]", () => {
  const sha = "6dcb09b5b57875f334f61aebed695e2e4193db5e";
  assertEquals(commitKey("o/r", sha), "o/r@6dcb09b");
  assertEquals(commitKey(undefined, sha), undefined);
  assertEquals(commitKey("o/r", "0".repeat(40)), undefined);
});
