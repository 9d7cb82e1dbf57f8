import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { tryParseJson } from "../../../../lib/sources/body/parse_json.ts";

Deno.test("tryParseJson() keeps the digits of big whole numbers [source.shape]", () => {
  const cases: [string, unknown][] = [
    ["9007199254740991", 9007199254740991],
    ["9007199254740993", "9007199254740993"],
    ["-12345678901234567890", "-12345678901234567890"],
    ['{"id":820982911946154508,"n":1}', { id: "820982911946154508", n: 1 }],
    ["[1e30, 0.125000000000000000]", [1e30, 0.125]],
    ['"9007199254740993"', "9007199254740993"],
  ];
  for (const [text, payload] of cases) assertEquals(tryParseJson(text), { payload }, text);
});

Deno.test("tryParseJson() returns undefined for what is no JSON [source.total]", () => {
  for (const text of ["", "{", "NaN", "9007199254740993,", "'a'"]) {
    assertEquals(tryParseJson(text), undefined, text);
  }
});

Deno.test("tryParseJson() reads all JSON, also nested deep and beside big numbers [source.total]", () => {
  fc.assert(fc.property(fc.json(), (text) => {
    assert(tryParseJson(text) !== undefined);
  }));
  fc.assert(fc.property(fc.bigInt(), fc.jsonValue(), (big, value) => {
    const { payload } = tryParseJson(`[${big}, "${big}", ${JSON.stringify(value)}]`) ?? {};
    assertEquals(Object(payload).slice(0, 2).map(String), [String(big), String(big)]);
  }));
  const deep = `${"[".repeat(50_000)}9007199254740993${"]".repeat(50_000)}`;
  assertEquals(Array.isArray(tryParseJson(deep)?.payload), true);
});

Deno.test("tryParseJson() leaves __proto__ a name like any other [source.total]", () => {
  const { payload } = tryParseJson('{"__proto__":{"a":9007199254740993}}') ?? {};
  assertEquals(Object.keys(Object(payload)), ["__proto__"]);
  assertEquals(Object.getPrototypeOf(payload), Object.prototype);
});
