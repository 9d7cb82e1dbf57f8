import { assert, assertEquals, assertFalse } from "@std/assert";
import { linesOf, SHA, shapeOf } from "../../_github.ts";

const RUN = {
  name: "",
  workflow_id: 7,
  run_number: 163,
  run_attempt: 2,
  event: "push",
  status: "completed",
  conclusion: "failure",
  display_title: "Update dependencies",
  head_branch: "main",
  head_sha: SHA,
  head_repository: { full_name: "octo/repo" },
  head_commit: { message: "Update dependencies", author: { email: "bob@example.com" } },
  actor: { login: "octocat" },
  triggering_actor: { login: "hubot" },
  pull_requests: [1, 2, 3, 4, 5, 6].map((number) => ({ number })),
  html_url: "https://github.com/octo/repo/actions/runs/1",
};

/** A completed run that differs from the one above. */
function runWith(changes: Record<string, unknown>): Record<string, unknown> {
  return {
    action: "completed",
    workflow: { name: "Build and test" },
    workflow_run: { ...RUN, ...changes },
  };
}

Deno.test("shapeGithubRun() tells which workflow failed where [source.shape]", () => {
  assertEquals(linesOf("workflow_run", runWith({})), [
    "[github] workflow failed - Build and test #163 - octo/repo@main",
    'title (untrusted): "Update dependencies"',
    "commit: 6dcb09b",
    "trigger: push",
    "attempt: 2",
    "by: hubot",
    "pull requests: #1, #2, #3, #4, #5 and 1 more",
    "https://github.com/octo/repo/actions/runs/1",
  ]);
  assertEquals(shapeOf("workflow_run", runWith({})).burstKey, "octo/repo@6dcb09b");
});

Deno.test("shapeGithubRun() trusts no name in a run for a fork [source.untrusted]", () => {
  const fork = runWith({
    head_repository: { full_name: "stranger/repo" },
    head_branch: "main",
    run_attempt: 1,
    display_title: null,
    pull_requests: [],
    triggering_actor: null,
  });
  assertEquals(linesOf("workflow_run", fork), [
    "[github] workflow failed - run #163 - octo/repo",
    'workflow (untrusted): "Build and test"',
    'title (untrusted): "Update dependencies"',
    'branch, of a fork (untrusted): "main"',
    "commit: 6dcb09b",
    "trigger: push",
    "by: octocat",
    "https://github.com/octo/repo/actions/runs/1",
  ]);
  assertEquals(shapeOf("workflow_run", fork).meta.ref, undefined);
});

Deno.test("shapeGithubRun() wants failures, and tracks what a success comes after [source.filter]", () => {
  const subject = "workflow_run octo/repo 7 octo/repo:main";
  for (const conclusion of ["failure", "timed_out", "startup_failure", "action_required"]) {
    const { isWanted, track } = shapeOf("workflow_run", runWith({ conclusion }));
    assertEquals(
      { isWanted, track },
      { isWanted: true, track: { subject, state: "bad" } },
      conclusion,
    );
  }
  const { isWanted, track } = shapeOf("workflow_run", runWith({ conclusion: "success" }));
  assertEquals({ isWanted, track }, { isWanted: true, track: { subject, state: "good" } });
  for (const conclusion of ["cancelled", "skipped", "neutral", "stale", null]) {
    const shape = shapeOf("workflow_run", runWith({ conclusion }));
    assertEquals([shape.isWanted, shape.track], [false, undefined], String(conclusion));
  }
  const requested = shapeOf("workflow_run", { ...runWith({}), action: "requested" });
  assertEquals([requested.isWanted, requested.track], [false, undefined]);
});

Deno.test("shapeGithubRun() tells branches and forks apart in what it tracks [source.filter]", () => {
  const subjects = [
    {},
    { head_branch: "feature" },
    { head_repository: { full_name: "stranger/repo" } },
    { workflow_id: 8 },
  ].map((changes) => shapeOf("workflow_run", runWith(changes)).track?.subject);
  assertEquals(new Set(subjects).size, 4);
});

const JOB = {
  name: "unit",
  workflow_name: "CI",
  status: "completed",
  conclusion: "failure",
  head_branch: "main",
  head_sha: SHA,
  run_attempt: 1,
  started_at: "2026-01-01T10:00:00Z",
  completed_at: "2026-01-01T10:03:18Z",
  runner_name: "GitHub Actions 5",
  steps: [
    { name: "Set up job", conclusion: "success" },
    { name: "Run tests", conclusion: "failure" },
    { name: "Upload", conclusion: "skipped" },
  ],
  html_url: "https://github.com/octo/repo/actions/runs/1/job/2",
};

Deno.test("shapeGithubJob() names the steps that failed [source.shape]", () => {
  assertEquals(linesOf("workflow_job", { action: "completed", workflow_job: JOB }), [
    "[github] job failed - octo/repo",
    'job (untrusted): "CI / unit"',
    'failed steps (untrusted): "Run tests"',
    'branch (untrusted): "main"',
    "commit: 6dcb09b",
    "duration: 3 min",
    'runner (untrusted): "GitHub Actions 5"',
    "https://github.com/octo/repo/actions/runs/1/job/2",
  ]);
});

Deno.test("shapeGithubJob() wants failures only, to be told with their run [source.burst]", () => {
  const failed = shapeOf("workflow_job", { action: "completed", workflow_job: JOB });
  assert(failed.isWanted);
  assertEquals(failed.burstKey, shapeOf("workflow_run", runWith({})).burstKey);
  const succeeded = { ...JOB, conclusion: "success" };
  assertFalse(shapeOf("workflow_job", { action: "completed", workflow_job: succeeded }).isWanted);
  const queued = { ...JOB, status: "queued", conclusion: null, steps: [], completed_at: null };
  assertFalse(shapeOf("workflow_job", { action: "queued", workflow_job: queued }).isWanted);
  assertEquals(
    linesOf("workflow_job", { action: "queued", workflow_job: queued })[0],
    "[github] job queued - octo/repo",
  );
});
