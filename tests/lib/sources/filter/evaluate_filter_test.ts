import { assert, assertEquals, assertFalse } from "@std/assert";
import fc from "fast-check";
import {
  compileFilter,
  type CompileRegExp,
  evaluateFilter,
  type FilterVerdict,
} from "../../../../lib/sources/filter/evaluate_filter.ts";
import type { JsonFilter } from "../../../../lib/sources/filter/parse_filter.ts";
import { show } from "../../_texts.ts";

/** The texts that expressions were tested on. */
function recorder(): { compile: CompileRegExp; tested: string[] } {
  const tested: string[] = [];
  const compile: CompileRegExp = (pattern) => ({
    ok: true,
    regexp: {
      test(text) {
        tested.push(text);
        return text.includes(pattern);
      },
    },
  });
  return { compile, tested };
}

function evaluate(filter: JsonFilter, payload: unknown): FilterVerdict {
  const compiled = compileFilter(filter, recorder().compile);
  assert(compiled.ok);
  return evaluateFilter(compiled.filter, payload);
}

const PAYLOAD = {
  pull_request: { draft: true, number: 7, merged_at: null, labels: [{ name: "bug" }] },
  ref: "refs/heads/main",
};

Deno.test("evaluateFilter() says what it found, whether it matches or not [source.filter]", () => {
  const draft = "pull_request.draft";
  const number = "pull_request.number";
  const cases: [JsonFilter, boolean, string][] = [
    [{ path: draft, op: "equals", value: true }, true, `path ${draft} equals true`],
    [{ path: draft, op: "equals", value: "true" }, false, `path ${draft} does not equal "true"`],
    [{ path: "no", op: "equals", value: null }, false, "path no does not equal null"],
    [{ path: "pull_request.merged_at", op: "equals", value: null }, true, ""],
    [{ path: number, op: "in", value: [6, 7] }, true, `path ${number} is one of 6, 7`],
    [{ path: number, op: "in", value: ["7"] }, false, `path ${number} is none of "7"`],
    [{ path: "ref", op: "exists" }, true, "path ref exists"],
    [{ path: "ref", op: "exists", value: false }, false, "path ref exists"],
    [{ path: "pull_request.merged_at", op: "exists" }, false, ""],
    [{ path: "base", op: "exists", value: false }, true, "path base does not exist"],
    [{ path: "ref", op: "matches", value: "heads" }, true, 'path ref matches "heads"'],
    [{ path: "ref", op: "matches", value: "tags" }, false, 'path ref does not match "tags"'],
    [{ path: number, op: "matches", value: "7" }, true, `path ${number} matches "7"`],
    [{ path: "pull_request", op: "matches", value: "" }, false, ""],
    [{ path: number, op: "greater", value: 6 }, true, `path ${number} is greater than 6`],
    [{ path: number, op: "greater", value: 7 }, false, `path ${number} is not greater than 7`],
    [{ path: number, op: "less", value: 8 }, true, `path ${number} is less than 8`],
    [{ path: number, op: "less", value: 7 }, false, `path ${number} is not less than 7`],
    [{ path: "ref", op: "greater", value: 0 }, false, "path ref is not greater than 0"],
    [
      { path: "pull_request.labels[0].name", op: "equals", value: "bug" },
      true,
      'path pull_request.labels[0].name equals "bug"',
    ],
    [{ path: "toString", op: "exists" }, false, "path toString does not exist"],
  ];
  for (const [filter, isMatch, rule] of cases) {
    const verdict = evaluate(filter, PAYLOAD);
    assertEquals(verdict.isMatch, isMatch, show(filter));
    if (rule !== "") assertEquals(verdict.rule, rule, show(filter));
  }
});

Deno.test("evaluateFilter() names of several conditions those that decided [source.filter]", () => {
  const yes: JsonFilter = { path: "ref", op: "exists" };
  const no: JsonFilter = { path: "base", op: "exists" };
  const [isYes, isNo] = ["path ref exists", "path base does not exist"];
  const cases: [JsonFilter, boolean, string][] = [
    [{ all: [yes, no, yes] }, false, isNo],
    [{ all: [yes, { not: no }] }, true, `${isYes} and ${isNo}`],
    [{ any: [no, yes] }, true, isYes],
    [{ any: [no, { not: yes }] }, false, `${isNo} and ${isYes}`],
    [{ not: yes }, false, isYes],
    [{ not: { not: yes } }, true, isYes],
  ];
  for (const [filter, isMatch, rule] of cases) {
    assertEquals(evaluate(filter, PAYLOAD), { isMatch, rule }, show(filter));
  }
});

Deno.test("evaluateFilter() agrees with the logic of all, any and not [source.filter]", () => {
  type Tree = readonly [filter: JsonFilter, isMatch: boolean];
  const leaf = fc.boolean().map((value): Tree => [{ path: "ref", op: "exists", value }, value]);
  const { tree } = fc.letrec<{ tree: Tree }>((tie) => {
    const parts = fc.array(tie("tree"), { minLength: 1, maxLength: 4 });
    const not = tie("tree").map(([filter, isMatch]): Tree => [{ not: filter }, !isMatch]);
    const all = parts.map((trees): Tree => [
      { all: trees.map(([filter]) => filter) },
      trees.every(([, isMatch]) => isMatch),
    ]);
    const any = parts.map((trees): Tree => [
      { any: trees.map(([filter]) => filter) },
      trees.some(([, isMatch]) => isMatch),
    ]);
    return { tree: fc.oneof({ depthSize: "small" }, leaf, not, all, any) };
  });
  fc.assert(fc.property(tree, ([filter, expected]) => {
    const { isMatch, rule } = evaluate(filter, PAYLOAD);
    assertEquals(isMatch, expected, show(filter));
    assert([...rule].length <= 200);
  }));
});

Deno.test("evaluateFilter() shows an expression 10,000 code points of a text [source.filter]", () => {
  const { compile, tested } = recorder();
  const compiled = compileFilter({ path: "a", op: "matches", value: "x" }, compile);
  assert(compiled.ok);
  assertFalse(evaluateFilter(compiled.filter, { a: `${"😀".repeat(10_000)}x` }).isMatch);
  assertEquals(tested, ["😀".repeat(10_000)]);
  evaluateFilter(compiled.filter, { a: "y".repeat(30_000) });
  assertEquals(tested.at(-1)?.length, 10_000);
});

Deno.test("evaluateFilter() keeps a rule short [source.filter]", () => {
  const path = '["' + "long name ".repeat(40) + '"]';
  const value = "v".repeat(1000);
  for (const filter of [{ path, op: "equals", value }, { path, op: "in", value: [value, value] }]) {
    const { rule } = evaluate(filter as JsonFilter, {});
    assert([...rule].length <= 200, rule);
  }
});

Deno.test("compileFilter() says which expression is wrong, and why [source.filter]", () => {
  const filter: JsonFilter = { all: [{ not: { path: "a", op: "matches", value: "(" } }] };
  const compile: CompileRegExp = () => ({ ok: false, message: "missing closing )" });
  assertEquals(compileFilter(filter, compile), { ok: false, message: '"(": missing closing )' });
});

Deno.test("evaluateFilter() takes any payload [source.filter]", () => {
  const path = fc.constantFrom(
    "a",
    "a.b",
    "a[0]",
    '["length"]',
    '["__proto__"]',
    "constructor.name",
  );
  fc.assert(
    fc.property(
      path,
      fc.oneof(fc.jsonValue(), fc.record({ a: fc.jsonValue() })),
      (path, payload) => {
        for (const op of ["exists", "matches", "greater", "equals"] as const) {
          const value = { exists: true, matches: "x", greater: 1, equals: null }[op];
          evaluate({ path, op, value } as JsonFilter, payload);
        }
      },
    ),
  );
});
