import { assert, assertEquals, assertFalse } from "@std/assert";
import fc from "fast-check";
import { circleci } from "../../../../lib/sources/providers/circleci.ts";
import { assertNoOrder } from "../_orders.ts";
import { assertSound, linesOf, mutationOf } from "../_shapes.ts";

const SHA = "a5e30a908224e46626a796d058289475f6d387b5";
const URL = "https://app.circleci.com/pipelines/github/shop/web/4/workflows/7381218b";

const WORKFLOW = {
  type: "workflow-completed",
  id: "630a6132-5bf1-3600-b26d-a020d41358f9",
  workflow: { name: "test-all", url: URL, status: "failed" },
  pipeline: {
    number: 4,
    vcs: {
      revision: SHA,
      branch: "more",
      commit: { subject: "Sell more", author: { name: "Ada", email: "ada@example.com" } },
    },
  },
  project: { name: "web", slug: "github/shop/web" },
  organization: { name: "shop" },
};

const JOB = {
  type: "job-completed",
  job: { name: "unit", number: 2, status: "timedout" },
  workflow: { name: "test-all", url: URL },
  pipeline: {
    number: 3,
    trigger_parameters: {
      gitlab: { commit_title: "Sell more", user_username: "ada", commit_author_email: "ada@x.org" },
      git: { tag: "", branch: "main", checkout_sha: SHA },
    },
  },
  project: { name: "web", slug: "circleci/89xcrx7UvWQfzcUPAEmu5Q/63AY3yf3XeUQojmQcGZTtB" },
  organization: { name: "shop" },
};

function withStatus(status: string, vcs: Record<string, unknown> = {}) {
  const payload = {
    ...WORKFLOW,
    workflow: { ...WORKFLOW.workflow, status },
    pipeline: { number: 4, vcs: { ...WORKFLOW.pipeline.vcs, ...vcs } },
  };
  return circleci.shape({ event: "", payload });
}

Deno.test("circleci.shape() tells which workflow failed [source.shape]", () => {
  const delivery = { event: "workflow-completed", payload: WORKFLOW };
  assertEquals(linesOf(circleci, delivery), [
    "[circleci] workflow failed - #4 - shop/web",
    'workflow (untrusted): "test-all"',
    'branch (untrusted): "more"',
    "commit: a5e30a9",
    'subject (untrusted): "Sell more"',
    URL,
  ]);
  const { event, severity, repo, meta, burstKey, track } = circleci.shape(delivery);
  assertEquals({ event, severity, repo, meta, burstKey, track }, {
    event: "workflow-completed",
    severity: "error",
    repo: "shop/web",
    meta: { number: "4", ref: "more" },
    burstKey: "shop/web@a5e30a9",
    track: { subject: "workflow-completed shop/web test-all more", state: "bad" },
  });
});

Deno.test("circleci.shape() tells which job failed, whatever forge it is for [source.shape]", () => {
  assertEquals(linesOf(circleci, { event: "job-completed", payload: JOB }), [
    "[circleci] job timed out - #2 - shop/web",
    'job (untrusted): "test-all/unit"',
    'branch (untrusted): "main"',
    "commit: a5e30a9",
    'subject (untrusted): "Sell more"',
    "by: ada",
    URL,
  ]);
  assert(circleci.shape({ event: "", payload: JOB }).isWanted);
});

Deno.test("circleci.shape() tells the repository of a project that has only ids from the name of the project [source.shape]", () => {
  const read = (trigger_parameters: unknown, project: unknown = JOB.project) => {
    const payload = { ...JOB, project, pipeline: { number: 3, trigger_parameters } };
    const { repo, meta, title } = circleci.shape({ event: "", payload });
    return [title, repo, meta.project];
  };
  const title = "job timed out - #2 - shop/web";
  const page = { gitlab: { web_url: "https://gitlab.example.com/shop/team/front" } };
  assertEquals(read(page), [title, "shop/team/front", "shop/web"]);
  const git = { git: { repo_owner: "acme", repo_name: "front" } };
  assertEquals(read(git), [title, "acme/front", "shop/web"]);
  for (const none of [undefined, {}, { gitlab: { web_url: "https://gitlab.example.com/" } }]) {
    assertEquals(read(none), [title, undefined, "shop/web"]);
  }
  assertEquals(read(git, { name: "x", slug: "gh/shop/web" }), [title, "shop/web", undefined]);
});

Deno.test("circleci.shape() wants failures, and a success after one [source.filter]", () => {
  for (const status of ["failed", "error", "unauthorized"]) {
    assert(withStatus(status).isWanted, status);
    assertEquals(withStatus(status).track?.state, "bad", status);
  }
  assert(withStatus("success").isWanted);
  assertEquals(withStatus("success").track?.state, "good");
  assertFalse(withStatus("canceled").isWanted);
  assertEquals(withStatus("canceled").track, undefined);
});

Deno.test("circleci.shape() takes a tag, of which neither branch nor subject is there [source.total]", () => {
  const shape = withStatus("success", { branch: null, tag: "v1", commit: { subject: null } });
  assertEquals(shape.lines.map(({ key }) => key), ["workflow", "tag", "commit"]);
  assertFalse(shape.isWanted, "no two tags are the same");
  assert(withStatus("failed", { branch: null }).isWanted);
});

Deno.test("circleci.shape() never wants a ping [source.filter]", () => {
  const { event, title, isWanted, rule } = circleci.shape({
    event: "",
    payload: { type: "ping", webhook: { name: "Claude" } },
  });
  assertEquals({ event, title, isWanted, rule }, {
    event: "ping",
    title: "ping",
    isWanted: false,
    rule: "ping: never",
  });
});

Deno.test("circleci.shape() takes any payload and keeps its limits [source.total]", () => {
  const payload = fc.oneof(fc.jsonValue(), mutationOf(WORKFLOW), mutationOf(JOB));
  fc.assert(
    fc.property(payload, (any) => {
      assertSound(circleci, { event: "workflow-completed", payload: any });
      assertFalse(linesOf(circleci, { event: "", payload: any }).join("\n").includes("ada@"));
    }),
    { numRuns: 500 },
  );
});

Deno.test("circleci.shape() lets no text out of its quotes [source.untrusted]", () => {
  for (const payload of [WORKFLOW, JOB]) assertNoOrder(circleci, { event: "", payload });
});
