import { assert, assertEquals, assertFalse } from "@std/assert";
import fc from "fast-check";
import { vercel } from "../../../../lib/sources/providers/vercel.ts";
import { assertNoOrder } from "../_orders.ts";
import { assertSound, linesOf, mutationOf } from "../_shapes.ts";

const META = {
  githubCommitAuthorLogin: "ada",
  githubCommitAuthorEmail: "ada@example.com",
  githubCommitMessage: "Sell more\n\nbody",
  githubCommitRef: "more",
  githubCommitSha: "a5e30a908224e46626a796d058289475f6d387b5",
  githubOrg: "shop",
  githubRepo: "web",
  DATABASE_URL: "postgres://u:p@db/shop",
};

const FAILED = {
  id: "evt_1",
  type: "deployment.error",
  createdAt: 1716220800000,
  payload: {
    team: { id: "team_1" },
    user: { id: "user_1" },
    deployment: {
      id: "dpl_1",
      url: "web-abc123.vercel.app",
      name: "web",
      meta: META,
      errorMessage: 'Command "npm run build" exited with 1',
    },
    links: { deployment: "https://vercel.com/shop/web/abc123", project: "https://vercel.com/shop" },
    project: { id: "prj_1", name: "web" },
    target: "production",
    plan: "pro",
  },
};

function withType(type: string, rest: Record<string, unknown> = {}) {
  const payload = { ...FAILED, type, payload: { ...FAILED.payload, ...rest } };
  return vercel.shape({ event: "", payload });
}

Deno.test("vercel.shape() tells why a deployment failed, and nothing of its environment [source.shape]", () => {
  const delivery = { event: "deployment.error", payload: FAILED };
  assertEquals(linesOf(vercel, delivery), [
    "[vercel] deployment failed - production - web",
    "error (untrusted): \"Command 'npm run build' exited with 1\"",
    'branch (untrusted): "more"',
    "commit: a5e30a9",
    'subject (untrusted): "Sell more"',
    "by: ada",
    "repository: shop/web",
    "https://vercel.com/shop/web/abc123",
  ]);
  const { event, severity, repo, meta, burstKey, track } = vercel.shape(delivery);
  assertEquals({ event, severity, repo, meta, burstKey, track }, {
    event: "deployment.error",
    severity: "error",
    repo: "shop/web",
    meta: { project: "web", actor: "ada", ref: "more" },
    burstKey: "shop/web@a5e30a9",
    track: { subject: "deployment prj_1 production", state: "bad" },
  });
});

Deno.test("vercel.shape() wants failures, and a success of the same stage after one [source.filter]", () => {
  assert(withType("deployment.error").isWanted);
  assert(withType("deployment.checks.failed").isWanted);
  for (const type of ["deployment.succeeded", "deployment.ready"]) {
    assert(withType(type).isWanted, type);
    assertEquals(withType(type).track, { subject: "deployment prj_1 production", state: "good" });
  }
  const preview = withType("deployment.succeeded", { target: null });
  assertEquals(preview.track?.subject, "deployment prj_1 more");
  assertEquals(preview.title, "deployment succeeded - preview - web");
  for (const type of ["deployment.created", "deployment.canceled", "deployment.unheard_of"]) {
    assertFalse(withType(type).isWanted, type);
    assertEquals(withType(type).track, undefined, type);
  }
});

Deno.test("vercel.shape() reads what GitLab and Bitbucket say of a commit [source.shape]", () => {
  const ofGitlab = { gitlabCommitSha: META.githubCommitSha, gitlabProjectPath: "shop/group/web" };
  const ofBitbucket = {
    bitbucketCommitSha: META.githubCommitSha,
    bitbucketRepoOwner: "shop",
    bitbucketRepoSlug: "web",
  };
  const repoOf = (meta: unknown) => withType("deployment.error", { deployment: { meta } }).repo;
  assertEquals(repoOf(ofGitlab), "shop/group/web");
  assertEquals(repoOf(ofBitbucket), "shop/web");
});

Deno.test("vercel.shape() names the project of a deployment by hand, which has no repository [source.shape]", () => {
  const { repo, meta, title } = withType("deployment.error", { deployment: { meta: null } });
  assertEquals({ repo, meta, title }, {
    repo: undefined,
    meta: { project: "web" },
    title: "deployment failed - production - web",
  });
  const alert = withType("alerts.triggered");
  assertEquals([alert.repo, alert.meta], [undefined, { project: "web" }]);
});

Deno.test("vercel.shape() wants alerts, and of all else nothing [source.filter]", () => {
  assert(withType("alerts.triggered").isWanted);
  assertEquals(withType("alerts.triggered").severity, "warning");
  const { title, event, isWanted, rule } = withType("project.created");
  assertEquals({ title, event, isWanted, rule }, {
    title: "project.created - web",
    event: "project.created",
    isWanted: false,
    rule: "project.created: not among the defaults",
  });
});

Deno.test("vercel.shape() takes any payload and keeps its limits [source.total]", () => {
  const payload = fc.oneof(fc.jsonValue(), mutationOf(FAILED));
  fc.assert(
    fc.property(payload, fc.constantFrom("deployment.error", "", "x y"), (any, event) => {
      assertSound(vercel, { event, payload: any });
    }),
    { numRuns: 500 },
  );
});

Deno.test("vercel.shape() shows no address and no metadata that it does not know [source.redaction]", () => {
  for (const type of ["deployment.error", "alerts.triggered", "project.created"]) {
    const shown = linesOf(vercel, { event: "", payload: { ...FAILED, type } }).join("\n");
    assertFalse(/ada@|postgres/.test(shown), shown);
  }
});

Deno.test("vercel.shape() lets no text out of its quotes [source.untrusted]", () => {
  for (const type of ["deployment.error", "deployment.created", "alerts.triggered"]) {
    assertNoOrder(vercel, { event: type, payload: { ...FAILED, type } });
  }
});
