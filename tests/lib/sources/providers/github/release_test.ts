import { assert, assertEquals, assertFalse } from "@std/assert";
import { linesOf, SHA, shapeOf } from "../../_github.ts";

const RELEASE = {
  tag_name: "v1.2.0",
  name: "The big one",
  author: { login: "octocat" },
  prerelease: true,
  draft: false,
  upload_url: "https://uploads.github.com/never",
  tarball_url: "https://api.github.com/never",
  html_url: "https://github.com/octo/repo/releases/tag/v1.2.0",
};

Deno.test("shapeGithubRelease() tells the tag and the name [source.shape]", () => {
  assertEquals(linesOf("release", { action: "published", release: RELEASE }), [
    "[github] release published - v1.2.0 - octo/repo",
    'name (untrusted): "The big one"',
    "author: octocat",
    "prerelease: yes",
    "https://github.com/octo/repo/releases/tag/v1.2.0",
  ]);
  const odd = { ...RELEASE, tag_name: "répétition" };
  const lines = linesOf("release", { action: "published", release: odd });
  assertEquals(lines.slice(0, 2), [
    "[github] release published - octo/repo",
    'tag (untrusted): "répétition"',
  ]);
});

Deno.test("shapeGithubRelease() wants published ones [source.filter]", () => {
  assert(shapeOf("release", { action: "published", release: RELEASE }).isWanted);
  for (const action of ["created", "edited", "deleted", "released", "prereleased"]) {
    assertFalse(shapeOf("release", { action, release: RELEASE }).isWanted, action);
  }
});

const DEPLOYMENT = {
  action: "created",
  deployment: { sha: SHA, ref: "main" },
  deployment_status: {
    state: "failure",
    environment: "production",
    description: "Out of memory",
    creator: { login: "octocat" },
    log_url: "",
    target_url: "https://example.com/deploys/1?token=x",
    environment_url: "https://example.com/",
  },
};

Deno.test("shapeGithubDeploymentStatus() tells what failed where [source.shape]", () => {
  assertEquals(linesOf("deployment_status", DEPLOYMENT), [
    "[github] deployment failed - production - octo/repo",
    'description (untrusted): "Out of memory"',
    'ref (untrusted): "main"',
    "commit: 6dcb09b",
    "by: octocat",
    "https://example.com/deploys/1",
  ]);
});

Deno.test("shapeGithubDeploymentStatus() wants failures only [source.filter]", () => {
  const judge = (state: string) =>
    shapeOf("deployment_status", { ...DEPLOYMENT, deployment_status: { state } }).isWanted;
  for (const state of ["failure", "error"]) assert(judge(state), state);
  for (const state of ["success", "pending", "in_progress", "inactive"]) {
    assertFalse(judge(state), state);
  }
});
