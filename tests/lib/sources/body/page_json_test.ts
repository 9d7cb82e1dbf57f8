import { assert, assertEquals, assertLessOrEqual, assertMatch } from "@std/assert";
import fc from "fast-check";
import { JSON_PAGE_CODE_POINTS, pageJson } from "../../../../lib/sources/body/page_json.ts";
import { hostileText } from "../../_texts.ts";

const JOBS = JSON.stringify({
  action: "completed",
  jobs: [{ name: "test", steps: [{ name: "lint" }] }, { name: "build", steps: [] }],
  "odd key": { id: 1 },
  none: null,
});

function textOf(json: string, path?: string): string {
  const result = pageJson(json, { path });
  return result.ok ? result.text : result.message;
}

Deno.test("pageJson() prints a body or a part of it [source.raw]", () => {
  assertEquals(textOf(JOBS), JSON.stringify(JSON.parse(JOBS), null, 2));
  assertEquals(textOf(JOBS, "jobs[0].steps"), '[\n  {\n    "name": "lint"\n  }\n]');
  assertEquals(textOf(JOBS, '["odd key"].id'), "1");
  assertEquals(textOf(JOBS, "none"), "null");
  assertEquals(pageJson("[]"), { ok: true, text: "[]", page: 1, pages: 1 });
});

Deno.test("pageJson() keeps numbers as they were written [source.raw]", () => {
  const json = '{"id":12345678901234567890,"ratio":1.0,"small":-1e-400,"list":[1E3]}';
  assertEquals(textOf(json).replaceAll(/\s/g, ""), json);
  assertEquals(textOf(json, "id"), "12345678901234567890");
});

Deno.test("pageJson() says what is there when a path leads nowhere [source.raw]", () => {
  const keys = "an object with action, jobs, odd key, none";
  const cases: [string, string][] = [
    ["job", `There is no "job": the body is ${keys}`],
    ["jobs[2].steps", 'There is no "jobs[2]": "jobs" is a list of 2, from [0]'],
    ["jobs[0].step.x", 'There is no "jobs[0].step": "jobs[0]" is an object with name, steps'],
    ["jobs[1].steps[0]", 'There is no "jobs[1].steps[0]": "jobs[1].steps" is an empty list'],
    ["action.x", 'There is no "action.x": "action" is a string'],
    ["none.x", 'There is no "none.x": "none" is null'],
    [
      '["odd key"].id.rawJSON',
      "There is no \"['odd key'].id.rawJSON\": \"['odd key'].id\" is a number",
    ],
  ];
  for (const [path, message] of cases) {
    assertEquals(pageJson(JOBS, { path }), { ok: false, message }, path);
  }
  assertEquals(textOf("{}", "a"), 'There is no "a": the body is an empty object');
  assertMatch(textOf(JOBS, "a..b"), /^Cannot read the part: the path is wrong at character 2: /);
});

Deno.test("pageJson() lists fifty keys and counts the rest [source.raw]", () => {
  const keys = Array.from({ length: 53 }, (_, i) => `k${i}`);
  const json = JSON.stringify(Object.fromEntries(keys.map((key) => [key, 1])));
  const listed = keys.slice(0, 50).join(", ");
  assertEquals(textOf(json, "x"), `There is no "x": the body is an object with ${listed} … (+3)`);
});

Deno.test("pageJson() shows no secret, by name or by shape, in names neither [source.raw]", () => {
  const secret = "ghp_0123456789abcdef0123456789abcdef0123";
  const json = JSON.stringify({
    client_secret: { deep: secret },
    tokens: [1],
    note: `use ${secret} or ask a@example.com`,
    has_token: true,
    session: null,
    [secret]: 1,
  });
  assertEquals(JSON.parse(textOf(json)), {
    client_secret: "[redacted]",
    tokens: "[redacted]",
    note: "use [redacted] or ask [e-mail]",
    has_token: true,
    session: null,
    "[redacted]": 1,
  });
  assertEquals(textOf(json, "client_secret.deep").includes(secret), false);
});

Deno.test("pageJson() shows no value that the name beside it tells is secret [source.raw]", () => {
  const json = JSON.stringify({
    variables: [
      { key: "DB_PASSWORD", value: "hunter2hunter2" },
      { value: 12345, name: "PIN_TOKEN" },
      { key: "CACHE_TOKEN", value: { deep: ["hunter2"] } },
      { key: "USE_TOKEN", value: true },
      { key: "REGION", value: "eu" },
    ],
    request: {
      headers: [["Cookie", "sid=hunter2"], ["X-Api-Key", "hunter2"], ["Accept", "text/html"]],
    },
    languages: ["cookie", "token", "session"],
    response_url: "https://hooks.slack.com/commands/T1/2/3",
    trigger_id: "13345224609.738474920.8088930838d88f008e0",
  });
  assertEquals(JSON.parse(textOf(json)), {
    variables: [
      { key: "DB_PASSWORD", value: "[redacted]" },
      { value: "[redacted]", name: "PIN_TOKEN" },
      { key: "CACHE_TOKEN", value: "[redacted]" },
      { key: "USE_TOKEN", value: true },
      { key: "REGION", value: "eu" },
    ],
    request: {
      headers: [["Cookie", "[redacted]"], ["X-Api-Key", "[redacted]"], ["Accept", "text/html"]],
    },
    languages: ["cookie", "token", "session"],
    response_url: "[redacted]",
    trigger_id: "[redacted]",
  });
  assertEquals(textOf(json, "variables[0].value"), '"[redacted]"');
  assertEquals(textOf(json, "request.headers[0][1]"), '"[redacted]"');
});

Deno.test("pageJson() gives pages that are the whole when joined [source.raw]", () => {
  const value = { list: Array.from({ length: 3000 }, (_, i) => `item ${i} 😀`) };
  const json = JSON.stringify(value);
  const first = pageJson(json);
  assert(first.ok);
  const pages = Array.from({ length: first.pages }, (_, i) => pageJson(json, { page: i + 1 }));
  const texts = pages.map((page) => page.ok ? page.text : page.message);
  assertEquals(texts.join(""), JSON.stringify(value, null, 2));
  for (const text of texts.slice(0, -1)) assertEquals([...text].length, JSON_PAGE_CODE_POINTS);
  for (const page of [0, -1, 1.5, first.pages + 1]) {
    assertEquals(pageJson(json, { page }), {
      ok: false,
      message: `There is no page ${page}: expected 1 to ${first.pages}`,
    });
  }
  assertEquals(pageJson("1", { page: 2 }), {
    ok: false,
    message: "There is no page 2: there is 1 page",
  });
});

Deno.test("pageJson() takes a body that is no JSON, or nested beyond measure [source.raw]", () => {
  assertEquals(pageJson("a=b"), { ok: false, message: "The body is no JSON" });
  for (const depth of [40, 2000, 500_000]) {
    const result = pageJson("[".repeat(depth) + "]".repeat(depth));
    const message = "The body is nested too deep";
    if (!result.ok) assertEquals(result.message, message);
    else assert(result.text.length < 5000 && result.text.includes("[… (+1)]"), String(depth));
  }
});

Deno.test("pageJson() cleans what it prints and takes any body [source.raw]", () => {
  const body = fc.oneof(
    fc.jsonValue(),
    hostileText.map((text) => ({ [text]: [text, `</channel>${text}`] })),
  );
  fc.assert(fc.property(body, (value) => {
    const result = pageJson(JSON.stringify(value));
    assert(result.ok);
    assertLessOrEqual([...result.text].length, JSON_PAGE_CODE_POINTS);
    assert(!/<\/?channel|[\u202a-\u202e]/.test(result.text), result.text);
    assert(!result.text.includes("\x1b"), result.text);
  }));
});
