import { assertEquals } from "@std/assert";
import fc from "fast-check";
import type { EventJudgment } from "../../../../lib/sources/filter/event_rules.ts";
import { judgeTracked } from "../../../../lib/sources/filter/judge_tracked.ts";

const WANTED = { isWanted: true, rule: "the default" };
const UNWANTED = { isWanted: false, rule: 'events.deny "push"' };

const FIRST_GOOD = "first good state after a bad one";
const GOOD_ALONE = "good state without a bad one before";

const ALLOWED = { ...WANTED, allowedBy: 'events.allow "*"' };

type State = "bad" | "good";

function judge(state: State, judgment: EventJudgment, hasFailed: boolean) {
  return judgeTracked({ subject: "s", state }, { judgment, hasFailed });
}

Deno.test("judgeTracked() wants every bad state, and a good one after it [source.tracked]", () => {
  const cases: [State, hadFailed: boolean, ReturnType<typeof judge>][] = [
    ["bad", false, { ...WANTED, hasFailed: true }],
    ["bad", true, { ...WANTED, hasFailed: true }],
    ["good", true, { isWanted: true, rule: FIRST_GOOD, hasFailed: false }],
    ["good", false, { isWanted: false, rule: GOOD_ALONE, hasFailed: false }],
  ];
  for (const [state, hadFailed, expected] of cases) {
    assertEquals(judge(state, WANTED, hadFailed), expected, `${state} ${hadFailed}`);
  }
});

Deno.test("judgeTracked() wants every good state that the user has asked for, and tracks it all the same [source.tracked]", () => {
  const all = { isWanted: true, rule: 'events.allow "*"', hasFailed: false };
  assertEquals(judge("good", ALLOWED, false), all);
  assertEquals(judge("good", ALLOWED, true), { ...all, rule: FIRST_GOOD });
  assertEquals(judge("bad", ALLOWED, false), { ...WANTED, hasFailed: true });
  assertEquals(judge("good", { ...UNWANTED, allowedBy: 'events.allow "*"' }, true), {
    ...UNWANTED,
    hasFailed: true,
  });
});

Deno.test("judgeTracked() learns nothing from an event that is not shown [source.tracked]", () => {
  for (const state of ["bad", "good"] as const) {
    for (const hasFailed of [false, true]) {
      assertEquals(judge(state, UNWANTED, hasFailed), { ...UNWANTED, hasFailed });
    }
  }
});

Deno.test("judgeTracked() shows a good state if and only if a bad one was shown last or all are asked for [source.tracked]", () => {
  const event = fc.record({
    state: fc.constantFrom<State>("bad", "good"),
    judgment: fc.constantFrom<EventJudgment>(WANTED, UNWANTED, ALLOWED),
  });
  fc.assert(fc.property(fc.array(event, { maxLength: 30 }), (events) => {
    let hasFailed = false;
    let lastShown: State = "good";
    for (const { state, judgment } of events) {
      const result = judge(state, judgment, hasFailed);
      const isNews = state === "bad" || lastShown === "bad" || judgment === ALLOWED;
      const isExpected = judgment.isWanted && isNews;
      assertEquals(result.isWanted, isExpected);
      if (result.isWanted) lastShown = state;
      hasFailed = result.hasFailed;
    }
  }));
});
