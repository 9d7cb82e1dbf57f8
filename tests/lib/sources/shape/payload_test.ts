import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { at, list, number, text, truthy } from "../../../../lib/sources/shape/payload.ts";

const PAYLOAD: unknown = JSON.parse(
  `{"a": {"b": [{"c": "deep"}, null]}, "n": 42, "zero": 0, "yes": true, "no": false, "blank": " \\n",
    "empty": "", "nothing": null, "digits": "7", "__proto__": {"x": "polluted"}}`,
);

Deno.test("at() follows own properties and indexes, and finds nothing else [source.total]", () => {
  const cases: [string, unknown][] = [
    ["", PAYLOAD],
    ["a.b.0.c", "deep"],
    ["a.b.1", null],
    ["a.b.1.c", undefined],
    ["a.b.2.c", undefined],
    ["a.b.length", undefined],
    ["a.b.-1", undefined],
    ["n.toFixed", undefined],
    ["digits.0", undefined],
    ["constructor", undefined],
    ["__proto__", undefined],
    ["__proto__.x", undefined],
    ["a.__proto__.toString", undefined],
    ["a..b", undefined],
    [".", undefined],
  ];
  for (const [path, value] of cases) assertEquals(at(PAYLOAD, path), value, path);
});

Deno.test("text() takes strings, numbers and booleans, and no white space alone [source.total]", () => {
  const cases: [string, string | undefined][] = [
    ["a.b.0.c", "deep"],
    ["n", "42"],
    ["zero", "0"],
    ["no", "false"],
    ["blank", undefined],
    ["empty", undefined],
    ["nothing", undefined],
    ["a", undefined],
    ["a.b", undefined],
  ];
  for (const [path, value] of cases) assertEquals(text(PAYLOAD, path), value, path);
  assertEquals(text(12345678901234567890n, ""), "12345678901234567890");
});

Deno.test("number(), list() and truthy() take only what is one [source.total]", () => {
  assertEquals(["n", "zero", "digits", "yes", "a"].map((path) => number(PAYLOAD, path)), [
    42,
    0,
    undefined,
    undefined,
    undefined,
  ]);
  assertEquals(number(NaN, ""), undefined);
  assertEquals(["a.b", "a", "n", "x"].map((path) => list(PAYLOAD, path).length), [2, 0, 0, 0]);
  const names = ["yes", "no", "zero", "empty", "nothing", "x", "n", "a"];
  assertEquals(names.filter((path) => truthy(PAYLOAD, path)), ["yes", "n", "a"]);
});

Deno.test("at() and text() never throw [source.total]", () => {
  const path = fc.array(fc.oneof(fc.string(), fc.constantFrom("__proto__", "0", "a", "length")))
    .map((names) => names.join("."));
  fc.assert(fc.property(fc.jsonValue(), path, (value, path) => {
    at(value, path);
    text(value, path);
    list(value, path);
  }));
});
