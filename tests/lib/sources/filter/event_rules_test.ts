import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  type CompiledFilter,
  compileFilter,
} from "../../../../lib/sources/filter/evaluate_filter.ts";
import {
  type EventRules,
  judgeEvent,
  matchesEvent,
} from "../../../../lib/sources/filter/event_rules.ts";

const NONE: EventRules = { allow: [], deny: [] };

function filterOf(value: boolean): CompiledFilter {
  const compiled = compileFilter(
    { path: "draft", op: "equals", value },
    () => ({ ok: false, message: "no expression is needed" }),
  );
  assert(compiled.ok);
  return compiled.filter;
}

function judge(event: string, isWanted: boolean, rules: Partial<EventRules>): string {
  const shape = { event, isWanted, rule: "the default" };
  const result = judgeEvent(shape, { rules: { ...NONE, ...rules }, payload: { draft: true } });
  return `${result.isWanted ? "wanted" : "filtered"}: ${result.rule}`;
}

Deno.test("matchesEvent() takes a type for all of its actions, and all for the type [source.filter]", () => {
  const cases: [string, string, boolean][] = [
    ["pull_request.opened", "pull_request.opened", true],
    ["pull_request.opened", "pull_request.closed", false],
    ["pull_request", "pull_request.opened", true],
    ["pull_request", "pull_request_review.submitted", false],
    ["push.*", "push", true],
    ["push", "push", true],
    ["push.*", "pushed", false],
    ["invoice", "invoice.payment.failed", true],
    ["*", "push", true],
    ["*.opened", "issues.opened", true],
    ["pull_request*", "pull_request_review.submitted", true],
    ["push", "", false],
    ["*", "", true],
  ];
  for (const [pattern, event, expected] of cases) {
    assertEquals(matchesEvent(pattern, event), expected, `${pattern} ${event}`);
  }
});

Deno.test("judgeEvent() follows the default where nothing is configured [source.filter]", () => {
  assertEquals(judge("push", true, {}), "wanted: the default");
  assertEquals(judge("push", false, {}), "filtered: the default");
});

Deno.test("judgeEvent() widens the default by allow, and deny beats both [source.filter]", () => {
  const allow = ["issues.*", "star.*"];
  const deny = ["star"];
  assertEquals(judge("star.created", false, { allow }), 'wanted: events.allow "star.*"');
  assertEquals(judge("star.created", true, { allow }), "wanted: the default");
  assertEquals(judge("star.created", false, { allow, deny }), 'filtered: events.deny "star"');
  assertEquals(judge("star.created", true, { deny }), 'filtered: events.deny "star"');
  assertEquals(judge("push", false, { allow, deny }), "filtered: the default");
});

Deno.test("judgeEvent() says by which rule the user has asked for an event, wanted by default or not [source.filter]", () => {
  const allowedBy = (isWanted: boolean, rules: Partial<EventRules>) => {
    const shape = { event: "workflow_run.completed", isWanted, rule: "the default" };
    return judgeEvent(shape, { rules: { ...NONE, ...rules }, payload: { draft: true } }).allowedBy;
  };
  const allow = ["star", "workflow_run"];
  for (const isWanted of [true, false]) {
    assertEquals(allowedBy(isWanted, { allow }), 'events.allow "workflow_run"');
    assertEquals(allowedBy(isWanted, { allow: ["star"] }), undefined);
    assertEquals(allowedBy(isWanted, { allow, deny: ["*"] }), undefined);
    assertEquals(allowedBy(isWanted, { allow, filter: filterOf(false) }), undefined);
  }
});

Deno.test("judgeEvent() asks for a match of the filter in addition [source.filter]", () => {
  const [yes, no] = [filterOf(true), filterOf(false)];
  assertEquals(judge("push", true, { filter: yes }), "wanted: the default");
  assertEquals(judge("push", false, { filter: yes }), "filtered: the default");
  const found = "filtered: filter: path draft does not equal false";
  assertEquals(judge("push", true, { filter: no }), found);
  assertEquals(judge("push", false, { filter: no, allow: ["push"] }), found);
  assertEquals(judge("push", true, { filter: yes, deny: ["*"] }), 'filtered: events.deny "*"');
});

const patterns = fc.array(
  fc.constantFrom("push", "push.*", "pull_request", "*.opened", "*", "star"),
  { maxLength: 3 },
);
const event = fc.constantFrom("push", "pull_request.opened", "pull_request.closed", "star.created");
const situation = fc.record({
  event,
  isWanted: fc.boolean(),
  allow: patterns,
  deny: patterns,
  filter: fc.option(fc.boolean(), { nil: undefined }),
});

Deno.test("judgeEvent() lets through what all of its rules let through [source.filter]", () => {
  fc.assert(
    fc.property(situation, ({ event, isWanted, allow, deny, filter }) => {
      const means = (pattern: string) => matchesEvent(pattern, event);
      const expected = !deny.some(means) && (isWanted || allow.some(means)) && filter !== false;
      const rules = { allow, deny, filter: filter === undefined ? filter : filterOf(filter) };
      const shape = { event, isWanted, rule: "the default" };
      const result = judgeEvent(shape, { rules, payload: { draft: true } });
      assertEquals(result.isWanted, expected);
      assert(result.rule !== "");
    }),
    { numRuns: 500 },
  );
});

Deno.test("judgeEvent() lets more through for each allow and less for each deny [source.filter]", () => {
  fc.assert(fc.property(situation, patterns, ({ event, isWanted, allow, deny }, more) => {
    const shape = { event, isWanted, rule: "the default" };
    const isLetThrough = (rules: EventRules) =>
      judgeEvent(shape, { rules, payload: null }).isWanted;
    const now = isLetThrough({ allow, deny });
    assert(!now || isLetThrough({ allow: [...allow, ...more], deny }));
    assert(now || !isLetThrough({ allow, deny: [...deny, ...more] }));
  }));
});
