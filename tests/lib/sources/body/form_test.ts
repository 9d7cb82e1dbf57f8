import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { tryParseForm } from "../../../../lib/sources/body/form.ts";
import { generic } from "../../../../lib/sources/providers/generic/mod.ts";
import { assertSound, linesOf } from "../_shapes.ts";

Deno.test("form tells of its fields without what answers in the name of an app [source.redaction]", () => {
  const parsed = tryParseForm(
    "token=abc&user_name=Steve&text=build+failed%21&response_url=https%3A%2F%2Fx&trigger_id=1",
  );
  assertEquals(linesOf(generic, { event: "", payload: parsed?.payload }), [
    "[generic] event",
    'user_name (untrusted): "Steve"',
    'text (untrusted): "build failed!"',
  ]);
});

Deno.test("tryParseForm() decodes fields, and JSON in a lone payload [source.shape]", () => {
  const cases: [string, unknown][] = [
    ["a=1&b=x%20y", { a: "1", b: "x y" }],
    ["a=1&a=2", { a: ["1", "2"] }],
    ["=x", { "": "x" }],
    ["payload=%7B%22a%22%3A1%7D", { a: 1 }],
    ["payload=%7B%22a%22%3A1%7D&b=2", { payload: '{"a":1}', b: "2" }],
    ["payload=no+json", { payload: "no json" }],
    ["payload=1&payload=2", { payload: ["1", "2"] }],
    ["a=%FF", { a: "\ufffd" }],
  ];
  for (const [body, payload] of cases) assertEquals(tryParseForm(body), { payload }, body);
  assertEquals(tryParseForm("build failed"), undefined);
});

Deno.test("tryParseForm() sets no prototype [source.total]", () => {
  const { payload } = tryParseForm("__proto__=x&constructor=y") ?? {};
  assertEquals(Object.getPrototypeOf(payload), Object.prototype);
  assertEquals(linesOf(generic, { event: "", payload }), [
    "[generic] event",
    'constructor (untrusted): "y"',
  ]);
});

Deno.test("form makes an event of any body [source.total]", () => {
  fc.assert(fc.property(fc.dictionary(fc.string(), fc.string()), (fields) => {
    const body = `${new URLSearchParams(fields)}&x=`;
    assertSound(generic, { event: "", payload: tryParseForm(body)?.payload });
  }));
});
