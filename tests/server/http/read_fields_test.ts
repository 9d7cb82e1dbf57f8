import { assert, assertEquals, assertMatch } from "@std/assert";
import { BodyReader } from "../../../server/http/body_reader.ts";
import { readFields } from "../../../server/http/read_fields.ts";

async function read(body: BodyInit | null, maxBytes = 1000) {
  const bodies = new BodyReader({ maxBytes });
  const request = new Request("http://localhost/", { method: "POST", body });
  try {
    return await readFields(request, {
      read: (request) => bodies.readUnprovenText(request),
      names: ["label", "token"],
    });
  } finally {
    bodies.close();
  }
}

Deno.test("readFields() reads a JSON object, or the fields of a form [access.pairing]", async () => {
  const cases: [BodyInit | null, Record<string, string>][] = [
    ['{"label":"a b","token":""}', { label: "a b", token: "" }],
    [' \n{"label":"\\u0000ü"}\n', { label: "\0ü" }],
    ["{}", {}],
    [null, {}],
    ["", {}],
    ["label=a+b%26&token=x", { label: "a b&", token: "x" }],
    [new URLSearchParams({ label: "{}" }), { label: "{}" }],
    ["label=a&label=b", { label: "b" }],
    ['{"label":"a","label":"b"}', { label: "b" }],
  ];
  for (const [body, expected] of cases) {
    const fields = await read(body);
    assert(fields.ok, String(body));
    assertEquals({ ...fields.values }, expected, String(body));
  }
});

Deno.test("readFields() refuses other fields, other values and what is no object, and quotes none of it [access.pairing]", async () => {
  const refused = [
    '{"secret":"x"}',
    '{"label":1}',
    '{"label":null}',
    '{"label":["secret"]}',
    '{"label":{}}',
    '{"__proto__":"secret"}',
    '{"constructor":"secret"}',
    '{"__proto__":{"label":"secret"}}',
    "[]",
    '["secret"]',
    "[{}]",
    "{",
    '{"label":"secret"',
    "{}{}",
    "secret",
    "secret=x",
    "label=x&secret=y",
    "__proto__=x",
    '"secret"',
  ];
  for (const body of refused) {
    const fields = await read(body);
    assert(!fields.ok, body);
    assertEquals(fields.response.status, 400, body);
    const text = await fields.response.text();
    assertEquals(text, "expected a JSON object or a form with texts for label, token", body);
  }
  assertEquals(({} as Record<string, unknown>).label, undefined);
});

Deno.test("readFields() refuses bodies that are too large or no text, and ends the connection [access.pairing]", async () => {
  const cases: [BodyInit, number][] = [["x".repeat(1001), 413], [Uint8Array.of(0xff), 415]];
  for (const [body, status] of cases) {
    const fields = await read(body);
    assert(!fields.ok);
    assertEquals(fields.response.status, status);
    assertEquals(fields.response.headers.get("connection"), "close");
    assertMatch(await fields.response.text(), /^the body is /);
  }
});
