import { assertEquals } from "@std/assert";
import { eventShape } from "../../../../lib/sources/shape/event_shape.ts";
import { countCodePoints } from "../../../../lib/text/truncate.ts";

const FACTS = {
  type: "pipeline",
  title: ["pipeline failed"],
  lines: [],
  rule: "all",
  isWanted: true,
};

Deno.test("eventShape() names an event after its type and its action [source.shape]", () => {
  const { event, rule, severity } = eventShape({ ...FACTS, action: "retry" });
  assertEquals([event, rule, severity], ["pipeline.retry", "pipeline: all", "info"]);
  assertEquals(eventShape(FACTS).event, "pipeline");
  assertEquals(eventShape({ ...FACTS, action: "do this" }).event, "pipeline");
  assertEquals(eventShape({ ...FACTS, type: "do this" }).event, "unknown");
});

Deno.test("eventShape() takes only identifiers as attributes [source.untrusted]", () => {
  const shape = eventShape({
    ...FACTS,
    repo: "shop/web",
    project: "two words",
    actor: "Ada Example",
    number: "12",
    ref: "refs/heads/main",
    trust: "member",
  });
  assertEquals(shape.repo, "shop/web");
  assertEquals(shape.meta, { number: "12", ref: "main", trust: "member" });
  assertEquals(eventShape({ ...FACTS, repo: "do this" }).repo, undefined);
  assertEquals(eventShape({ ...FACTS, project: "front" }).meta, { project: "front" });
});

Deno.test("eventShape() cuts a title that is too long [source.shape]", () => {
  const { title } = eventShape({ ...FACTS, title: ["a", undefined, "", "b".repeat(300)] });
  assertEquals(title.slice(0, 6), "a - bb");
  assertEquals(countCodePoints(title), 180);
});
