import { assert, assertEquals, assertFalse } from "@std/assert";
import fc from "fast-check";
import {
  formatJsonPath,
  type JsonPath,
  readJsonPath,
  tryParseJsonPath,
} from "../../../../lib/sources/body/json_path.ts";
import { hostileText, show } from "../../_texts.ts";

function parse(text: string): JsonPath | string {
  const result = tryParseJsonPath(text);
  return result.ok ? result.path : result.message;
}

Deno.test("tryParseJsonPath() reads names, indexes and quoted names [source.raw]", () => {
  const cases: [string, JsonPath][] = [
    ["", []],
    ["$", []],
    ["a", ["a"]],
    ["a.b.c", ["a", "b", "c"]],
    ["$.a[0]", ["a", "0"]],
    [".a", ["a"]],
    ["jobs[0].steps", ["jobs", "0", "steps"]],
    ["commits.0.author", ["commits", "0", "author"]],
    ["[3][4]", ["3", "4"]],
    ['["odd key"].b', ["odd key", "b"]],
    ['a["x.y"]["\\"]"]', ["a", "x.y", '"]']],
    ["head-commit.größe", ["head-commit", "größe"]],
    ["$price", ["$price"]],
  ];
  for (const [text, path] of cases) assertEquals(parse(text), path, text);
});

Deno.test("tryParseJsonPath() says where a path is wrong [source.raw]", () => {
  const cases: [string, number][] = [
    ["a..b", 2],
    ["a.", 2],
    ["a b", 2],
    ["a[", 2],
    ["a[-1]", 2],
    ["a[x]", 2],
    ["a['x']", 2],
    ['a["x', 2],
    ['a["\\x"]', 2],
    ["a[0]b", 5],
    ["a]", 2],
    ["]", 1],
  ];
  for (const [text, character] of cases) {
    const expected = 'expected a name after a dot, "[0]" or "["name"]"';
    assertEquals(parse(text), `the path is wrong at character ${character}: ${expected}`, text);
  }
});

Deno.test("tryParseJsonPath() refuses a path that is too long [source.raw]", () => {
  assertEquals(parse("a".repeat(501)), "the path is longer than 500 characters");
  assertEquals(parse("[0]".repeat(33)), "the path has more than 32 steps");
  assertEquals(parse("[0]".repeat(32)), Array(32).fill("0"));
});

Deno.test("formatJsonPath() gives a path that is read as it was [source.raw]", () => {
  const step = fc.oneof(hostileText, fc.nat(2000).map(String), fc.constantFrom("a", "$", "00"));
  fc.assert(fc.property(fc.array(step, { maxLength: 6 }), (path) => {
    const text = formatJsonPath(path);
    if (text.length <= 500) assertEquals(parse(text), path);
  }));
});

Deno.test("tryParseJsonPath() takes any text [source.raw]", () => {
  fc.assert(fc.property(hostileText, (text) => {
    const path = parse(text);
    if (typeof path !== "string") assertEquals(parse(formatJsonPath(path)), path);
  }));
});

Deno.test("readJsonPath() finds what is there [source.raw]", () => {
  const value = { a: [{ b: null }, 2], "0": "zero", "": { c: 1 } };
  const cases: [JsonPath, unknown][] = [
    [[], value],
    [["a", "0", "b"], null],
    [["a", "1"], 2],
    [["0"], "zero"],
    [["", "c"], 1],
  ];
  for (const [path, expected] of cases) {
    assertEquals(readJsonPath(value, path), { isFound: true, value: expected }, show(path));
  }
});

Deno.test("readJsonPath() says how far a path leads [source.raw]", () => {
  const value = JSON.parse('{"a": [1], "s": "text", "__proto__": {"x": 1}}');
  const cases: [JsonPath, number, unknown][] = [
    [["b"], 0, value],
    [["a", "1"], 1, [1]],
    [["a", "00"], 1, [1]],
    [["a", "length"], 1, [1]],
    [["a", "0", "x", "y"], 2, 1],
    [["s", "length"], 1, "text"],
    [["toString"], 0, value],
    [["constructor", "name"], 0, value],
    [["__proto__", "toString"], 1, { x: 1 }],
  ];
  for (const [path, depth, deepest] of cases) {
    assertEquals(readJsonPath(value, path), { isFound: false, depth, deepest }, show(path));
  }
  assert(readJsonPath(value, ["__proto__", "x"]).isFound);
  assertFalse(readJsonPath({}, ["__proto__"]).isFound);
});
