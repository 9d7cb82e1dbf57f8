import { assert, assertEquals, assertFalse } from "@std/assert";
import { judgeRun } from "../../../../lib/sources/shape/judge_run.ts";

Deno.test("judgeRun() wants a failure, whatever it is called [source.filter]", () => {
  for (const status of ["failed", "FAILED", "failure", "error", "timedout", "timed_out"]) {
    const { isWanted, severity, track } = judgeRun(status, ["ci", "main"]);
    assert(isWanted, status);
    assertEquals([severity, track], ["error", { subject: "ci main", state: "bad" }], status);
  }
});

Deno.test("judgeRun() wants a success of what is known to run again [source.filter]", () => {
  for (const status of ["success", "SUCCESSFUL", "succeeded", "recover"]) {
    const { isWanted, severity, track } = judgeRun(status, ["ci", "main"]);
    assert(isWanted, status);
    assertEquals([severity, track], ["info", { subject: "ci main", state: "good" }], status);
    assertEquals(judgeRun(status, ["ci", undefined]).track, undefined, status);
    assertFalse(judgeRun(status, ["ci", undefined]).isWanted, status);
  }
  assert(judgeRun("failed", ["ci", undefined]).isWanted);
});

Deno.test("judgeRun() wants nothing that goes on or was called off [source.filter]", () => {
  for (const status of ["running", "pending", "canceled", "skipped", "", undefined]) {
    const { isWanted, severity, track } = judgeRun(status, ["ci", "main"]);
    assertEquals([isWanted, severity, track], [false, "info", undefined], status);
  }
});

Deno.test("judgeRun() bounds what is kept on disk [source.total]", () => {
  assertEquals(judgeRun("failed", ["ci", "x".repeat(1000)]).track?.subject.length, 300);
});
