import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { parseBody } from "../../../../lib/sources/body/parse_body.ts";

const FORM = "application/x-www-form-urlencoded";

function parseText(body: string, contentType: string | null) {
  return parseBody(new TextEncoder().encode(body), contentType);
}

Deno.test("parseBody() reads what a body is, whatever curl says of it [source.shape]", () => {
  const cases: [string, string | null, unknown][] = [
    ['{"a":1}', "application/json", { ok: true, format: "json", payload: { a: 1 } }],
    ['{"a":1}', "application/json; charset=utf-8", { ok: true, format: "json", payload: { a: 1 } }],
    ['{"a":1}', "application/vnd.acme+json", { ok: true, format: "json", payload: { a: 1 } }],
    ["7", "text/json", { ok: true, format: "json", payload: 7 }],
    ['{"a":1}', FORM, { ok: true, format: "json", payload: { a: 1 } }],
    [" [1]", null, { ok: true, format: "json", payload: [1] }],
    ["a=1", FORM, { ok: true, format: "form", payload: { a: "1" } }],
    ["a=1", `${FORM.toUpperCase()};charset=x`, { ok: true, format: "form", payload: { a: "1" } }],
    ["build failed", FORM, { ok: true, format: "text", payload: "build failed" }],
    ["a=1", "text/plain", { ok: true, format: "text", payload: "a=1" }],
    ["7", null, { ok: true, format: "text", payload: "7" }],
    ["{no json}", null, { ok: true, format: "text", payload: "{no json}" }],
    ["", null, { ok: true, format: "text", payload: "" }],
    ["a\0b", "text/plain", { ok: true, format: "binary" }],
  ];
  for (const [body, contentType, parsed] of cases) {
    assertEquals<unknown>(parseText(body, contentType), parsed, body);
  }
});

Deno.test("parseBody() refuses what says it is JSON and is none, without showing it [source.total]", () => {
  for (const body of ["", "{", "undefined", "{'a': 1}"]) {
    assertEquals(parseText(body, "application/json"), {
      ok: false,
      message: "Cannot parse the body: expected JSON, as its content type says",
    });
  }
});

Deno.test("parseBody() replaces bad bytes in JSON and takes them for no text elsewhere [source.total]", () => {
  const json = new Uint8Array([0x22, 0xff, 0x22]);
  assertEquals(parseBody(json, "application/json"), {
    ok: true,
    format: "json",
    payload: "\ufffd",
  });
  assertEquals(parseBody(json, "text/plain"), { ok: true, format: "binary" });
});

Deno.test("parseBody() reads any bytes of any type [source.total]", () => {
  const contentType = fc.constantFrom(null, "application/json", FORM, "text/plain", ";;", "x/y");
  fc.assert(fc.property(fc.uint8Array({ maxLength: 50 }), contentType, (bytes, type) => {
    parseBody(bytes, type);
  }));
});
