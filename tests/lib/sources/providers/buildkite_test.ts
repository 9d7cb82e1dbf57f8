import { assert, assertEquals, assertFalse } from "@std/assert";
import fc from "fast-check";
import { buildkite } from "../../../../lib/sources/providers/buildkite.ts";
import type { Shape } from "../../../../lib/sources/shape/shape.ts";
import { assertNoOrder } from "../_orders.ts";
import { assertSound, linesOf, mutationOf } from "../_shapes.ts";

const SHA = "0fae21c7d6b94e0d8a51c5b7f2f4f7f0b1c2d3e4";
const URL = "https://buildkite.com/acme/web-deploy/builds/214";

const BUILD = {
  event: "build.finished",
  build: {
    id: "0190d0c4-6a6e-4a3f-8a7c-0b6a6a1f2c11",
    number: 214,
    state: "failed",
    blocked: false,
    message: "Sell more\n\nMuch more.",
    commit: SHA,
    branch: "main",
    tag: null,
    source: "webhook",
    creator: { name: "Ada Example", email: "ada@example.com" },
    pull_request: null,
    web_url: URL,
  },
  pipeline: {
    slug: "web-deploy",
    repository: "git@github.com:acme/web.git",
    default_branch: "main",
  },
  sender: { id: "1", name: "Ada Example" },
};

const JOB = {
  ...BUILD,
  event: "job.finished",
  job: {
    type: "script",
    name: ":test_tube: unit",
    state: "failed",
    exit_status: 2,
    soft_failed: false,
    web_url: `${URL}#0190d0c5`,
    env: { DEPLOY_KEY: "hunter2hunter2" },
  },
};

function shapeOf(changes: Record<string, unknown>, pipeline: Record<string, unknown> = {}): Shape {
  const payload = {
    ...BUILD,
    build: { ...BUILD.build, ...changes },
    pipeline: { ...BUILD.pipeline, ...pipeline },
  };
  return buildkite.shape({ event: "build.finished", payload });
}

Deno.test("buildkite.shape() tells which build failed [source.shape]", () => {
  const delivery = { event: "build.finished", payload: BUILD };
  assertEquals(linesOf(buildkite, delivery), [
    "[buildkite] build failed - #214 - web-deploy",
    "branch: main",
    "commit: 0fae21c",
    'subject (untrusted): "Sell more"',
    'by (untrusted): "Ada Example"',
    "started by: webhook",
    URL,
  ]);
  const { event, severity, repo, meta, burstKey, track } = buildkite.shape(delivery);
  assertEquals({ event, severity, repo, meta, burstKey, track }, {
    event: "build.finished",
    severity: "error",
    repo: "acme/web",
    meta: { project: "web-deploy", action: "finished", number: "214", ref: "main" },
    burstKey: "acme/web@0fae21c",
    track: { subject: "build web-deploy  main", state: "bad" },
  });
});

Deno.test("buildkite.shape() tells which job failed, without its environment [source.redaction]", () => {
  assertEquals(linesOf(buildkite, { event: "job.finished", payload: JOB }), [
    "[buildkite] job failed - #214 - web-deploy",
    'job (untrusted): ":test_tube: unit"',
    "exit status: 2",
    "branch: main",
    "commit: 0fae21c",
    'subject (untrusted): "Sell more"',
    'by (untrusted): "Ada Example"',
    "started by: webhook",
    `${URL}#0190d0c5`,
  ]);
  assert(buildkite.shape({ event: "", payload: JOB }).isWanted);
  const allowed = { ...JOB, job: { ...JOB.job, soft_failed: true } };
  const { title, isWanted } = buildkite.shape({ event: "", payload: allowed });
  assertEquals([title, isWanted], ["job soft failed - #214 - web-deploy", false]);
});

Deno.test("buildkite.shape() wants failures, and a success after one [source.filter]", () => {
  const { isWanted, track } = shapeOf({ state: "passed" });
  assertEquals([isWanted, track?.state], [true, "good"]);
  for (const changes of [{ state: "canceled" }, { state: "passed", blocked: true }]) {
    const { isWanted, track } = shapeOf(changes);
    assertEquals([isWanted, track], [false, undefined]);
  }
  assert(shapeOf({ state: "failed", blocked: true }).isWanted);
  assertFalse(shapeOf({ state: "passed", tag: "v1" }).isWanted, "no two tags are the same");
});

Deno.test("buildkite.shape() never wants a ping, and by default no event before the end [source.filter]", () => {
  for (
    const [name, rule] of [
      ["build.failing", "build: not among the defaults"],
      ["job.started", "job: not among the defaults"],
      ["agent.lost", "agent: not among the defaults"],
      ["ping", "ping: never"],
    ]
  ) {
    const shape = buildkite.shape({ event: "", payload: { ...JOB, event: name } });
    assertEquals([shape.event, shape.isWanted, shape.rule], [name, false, rule]);
  }
});

Deno.test("buildkite.shape() does not take the branch of a fork for one of the repository [source.untrusted]", () => {
  const { meta, track, isWanted, lines } = shapeOf({
    pull_request: { id: "7", base: "main", repository: "https://github.com/stranger/web.git" },
  });
  assertEquals([meta.ref, track, isWanted], [undefined, undefined, true]);
  assertEquals(lines.find(({ key }) => key === "branch")?.isUntrusted, true);
  const own = { pull_request: { id: "7", repository: "git://github.com/acme/web.git" } };
  assertEquals(shapeOf(own).meta.ref, "main");
});

Deno.test("buildkite.shape() reads the repository from the address of a clone [source.shape]", () => {
  for (
    const [repository, expected] of [
      ["https://github.com/acme/web", "acme/web"],
      ["ssh://git@git.example.com:2222/acme/team/web.git", "acme/team/web"],
      ["https://user:token@github.com/acme/web.git", "acme/web"],
      ["/srv/git/web", undefined],
      ["git@github.com:web.git", undefined],
      [null, undefined],
    ]
  ) assertEquals(shapeOf({}, { repository }).repo, expected, String(repository));
});

Deno.test("buildkite.shape() takes any payload and keeps its limits [source.total]", () => {
  const payload = fc.oneof(fc.jsonValue(), mutationOf(BUILD), mutationOf(JOB));
  fc.assert(
    fc.property(payload, (any) => {
      assertSound(buildkite, { event: "build.finished", payload: any });
      assertFalse(linesOf(buildkite, { event: "", payload: any }).join("\n").includes("ada@"));
    }),
    { numRuns: 500 },
  );
});

Deno.test("buildkite.shape() lets no text out of its quotes [source.untrusted]", () => {
  for (const payload of [BUILD, JOB]) assertNoOrder(buildkite, { event: "", payload });
});
