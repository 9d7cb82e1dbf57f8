import { assert, assertEquals, assertFalse } from "@std/assert";
import fc from "fast-check";
import {
  type JsonFilter,
  tryParseFilter,
  usesRegExp,
} from "../../../../lib/sources/filter/parse_filter.ts";
import { show } from "../../_texts.ts";

function nest(levels: number): unknown {
  return levels === 1 ? { path: "a", op: "exists" } : { not: nest(levels - 1) };
}

Deno.test("tryParseFilter() takes conditions and what joins them [source.filter]", () => {
  const filters: unknown[] = [
    { path: "a.b[0].c", op: "equals", value: null },
    { path: "a", op: "equals", value: "x" },
    { path: '["odd key"]', op: "in", value: ["x", 1, true, null] },
    { path: "a", op: "exists" },
    { path: "a", op: "exists", value: false },
    { path: "a", op: "matches", value: "^x" },
    { path: "a", op: "greater", value: 1 },
    { path: "a", op: "less", value: -0.5 },
    { not: { all: [{ any: [{ path: "a", op: "exists" }] }] } },
    nest(16),
    { any: Array(199).fill({ path: "a", op: "exists" }) },
  ];
  for (const filter of filters) {
    assertEquals(tryParseFilter(filter), { ok: true, filter: filter as JsonFilter }, show(filter));
  }
});

Deno.test("tryParseFilter() says where a filter is wrong and what was expected [source.filter]", () => {
  const object = 'expected an object with "all", "any" or "not", or with "path" and "op"';
  const operators = 'expected one of "equals", "in", "exists", "matches", "greater", "less"';
  const scalars = "strings, numbers, true, false or null";
  const cases: [unknown, string, string][] = [
    [null, "", object],
    ["a", "", object],
    [[], "", object],
    [{ all: [] }, "all", "expected a list of filters, at least one"],
    [{ any: {} }, "any", "expected a list of filters, at least one"],
    [{ any: [{ path: "a", op: "exists" }, 1] }, "any.1", object],
    [{ not: [] }, "not", object],
    [{ all: [nest(1)], any: [] }, "any", 'expected nothing beside "all"'],
    [{ not: nest(1), path: "a" }, "path", 'expected nothing beside "not"'],
    [{}, "path", 'expected a path such as "pull_request.draft"'],
    [{ path: "", op: "exists" }, "path", 'expected a path such as "pull_request.draft"'],
    [
      { path: "a..b", op: "exists" },
      "path",
      'the path is wrong at character 2: expected a name after a dot, "[0]" or "["name"]"',
    ],
    [{ path: "a" }, "op", operators],
    [{ path: "a", op: "is" }, "op", operators],
    [{ path: "a", op: "toString" }, "op", operators],
    [{ path: "a", op: "exists", vale: 1 }, "vale", 'unknown key: did you mean "value"?'],
    [{ al: [] }, "al", 'unknown key: did you mean "all"?'],
    [
      { path: "a", op: "exists", flags: "i" },
      "flags",
      'unknown key: expected "path", "op" and "value"',
    ],
    [
      { path: "a", op: "equals" },
      "value",
      "expected a string, a number, true, false or null",
    ],
    [
      { path: "a", op: "equals", value: [] },
      "value",
      "expected a string, a number, true, false or null",
    ],
    [{ path: "a", op: "in", value: [] }, "value", `expected a list of 1 to 200 ${scalars}`],
    [{ path: "a", op: "in", value: [{}] }, "value", `expected a list of 1 to 200 ${scalars}`],
    [{ path: "a", op: "exists", value: 1 }, "value", "expected true or false"],
    [
      { path: "a", op: "matches", value: "" },
      "value",
      "expected a regular expression of 1 to 200 characters",
    ],
    [
      { path: "a", op: "matches", value: "x".repeat(201) },
      "value",
      "expected a regular expression of 1 to 200 characters",
    ],
    [{ path: "a", op: "greater", value: "1" }, "value", "expected a number"],
    [nest(17), Array(16).fill("not").join("."), "expected at most 16 filters in each other"],
    [
      { any: Array(200).fill(nest(1)) },
      "any.199",
      "expected at most 200 filters and conditions",
    ],
  ];
  for (const [filter, path, message] of cases) {
    const expected = { ok: false, path: path === "" ? [] : path.split("."), message } as const;
    assertEquals(tryParseFilter(filter), expected, show(filter));
  }
});

Deno.test("tryParseFilter() takes any JSON without an exception [source.filter]", () => {
  const key = fc.constantFrom("all", "any", "not", "path", "op", "value", "__proto__");
  const value = fc.letrec((tie) => ({
    value: fc.oneof(
      { depthSize: "small" },
      fc.constantFrom(1, null, "a", "equals", "in", "exists", "matches", "greater", true),
      fc.array(tie("value"), { maxLength: 3 }),
      fc.dictionary(key, tie("value"), { maxKeys: 3 }),
    ),
  })).value;
  fc.assert(fc.property(fc.oneof(value, fc.jsonValue()), (value) => {
    const result = tryParseFilter(value);
    if (!result.ok) assert(/expected|did you mean|the path/.test(result.message));
  }));
});

Deno.test("usesRegExp() finds an expression wherever it stands [source.filter]", () => {
  const matches: JsonFilter = { path: "a", op: "matches", value: "x" };
  const exists: JsonFilter = { path: "a", op: "exists" };
  assert(usesRegExp(matches));
  assert(usesRegExp({ all: [exists, { any: [exists, { not: matches }] }] }));
  assertFalse(usesRegExp({ all: [exists, { any: [exists, { not: exists }] }] }));
});
