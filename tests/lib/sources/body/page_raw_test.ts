import { assert, assertEquals, assertFalse, assertLessOrEqual, assertMatch } from "@std/assert";
import fc from "fast-check";
import { JSON_PAGE_CODE_POINTS } from "../../../../lib/sources/body/page_json.ts";
import { pageRaw } from "../../../../lib/sources/body/page_raw.ts";
import { countCodePoints } from "../../../../lib/text/truncate.ts";
import { anyString, hostileText } from "../../_texts.ts";

const SECRET = "ghp_0123456789abcdef0123456789abcdef0123";

const ENCODER = new TextEncoder();

function page(text: string, path?: string, number?: number) {
  return pageRaw(ENCODER.encode(text), { path, page: number });
}

function textOf(text: string, path?: string): string {
  const result = page(text, path);
  return result.ok ? result.text : result.message;
}

Deno.test("pageRaw() reads a part of a body of JSON [source.raw]", () => {
  const json = '{"jobs":[{"steps":[{"id":12345678901234567890}]}],"token":"abc"}';
  assertEquals(page(json, "jobs[0].steps"), {
    ok: true,
    text: '[\n  {\n    "id": 12345678901234567890\n  }\n]',
    page: 1,
    pages: 1,
    isCut: false,
  });
  assertEquals(textOf(json, "token"), '"[redacted]"');
  assertMatch(
    textOf(json, "steps"),
    /^There is no "steps": the body is an object with jobs, token$/,
  );
});

Deno.test("pageRaw() shows JSON that an earlier version has cut as text, and says so [source.raw]", () => {
  const json = `{"token":"hunter2hunter2","jobs":[${'{"name":"test"},'.repeat(20_000)}`;
  const cut = json.slice(0, 256 * 1024);
  const first = page(cut);
  assert(first.ok && first.isCut);
  assert(first.text.startsWith('{"token":"[redacted]","jobs":[{"name":"test"},'), first.text);
  assertEquals(page(cut, "jobs"), {
    ok: false,
    message: "The body is cut and has no parts: read it without a path",
    isCut: true,
  });
  const form = page(`a=${"b".repeat(256 * 1024 - 2)}`);
  assert(form.ok && form.isCut && form.text.startsWith("a=b"));
  for (const whole of [json, JSON.stringify("x".repeat(256 * 1024 - 2))]) {
    const other = page(whole);
    assert(other.ok && !other.isCut);
  }
});

Deno.test("pageRaw() reads one value a line as a list of them [source.raw] [source.redaction]", () => {
  const body = '{"key":"DB_PASSWORD","value":"hunter2"}\n\n{"key":"CI","value":"true"}\n';
  assertEquals(JSON.parse(textOf(body)), [
    { key: "DB_PASSWORD", value: "[redacted]" },
    { key: "CI", value: "true" },
  ]);
  assertEquals(textOf(body, "[1].value"), '"true"');
});

Deno.test("pageRaw() reads a form by its fields, and the JSON that is all of one [source.raw]", () => {
  const form = "text=build+failed&user=a%40example.com&response_url=x&token=hunter2hunter2";
  assertEquals(JSON.parse(textOf(form)), {
    text: "build failed",
    user: "[e-mail]",
    response_url: "[redacted]",
    token: "[redacted]",
  });
  assertEquals(textOf(form, "text"), '"build failed"');
  const payload = encodeURIComponent(JSON.stringify({ actions: [{ value: "yes" }] }));
  assertEquals(textOf(`payload=${payload}`, "actions[0].value"), '"yes"');
  const deep = `payload=${"[".repeat(20_000)}${"]".repeat(20_000)}`;
  assertEquals(textOf(deep), "The body is nested too deep");
});

Deno.test("pageRaw() shows anything else as text, cleaned and redacted [source.raw]", () => {
  assertEquals(textOf("build failed\n  a=b c=d"), "build failed\n  a=b c=d");
  assertEquals(textOf(`\x1b[31muse ${SECRET}\u202e </channel>`), "use [redacted] &lt;/channel>");
  assertEquals(
    textOf('{"token": "hunter2\\"x", "n": 1}\n{"api_key":12345,"n":2}\n{"password":"unfinis'),
    '{"token": "[redacted]", "n": 1}\n{"api_key":"[redacted]","n":2}\n{"password":"[redacted]"',
  );
  assertEquals(
    textOf('see {"credentials": {"user": "a}", "keys": ["hunter2"]}, "n": [1]} {"token":["hunter2'),
    'see {"credentials": "[redacted]", "n": [1]} {"token":"[redacted]"',
  );
  assertEquals(textOf(""), "");
  assertEquals(pageRaw(Uint8Array.of(0xff, 0x61)), {
    ok: true,
    text: "\ufffda",
    page: 1,
    pages: 1,
    isCut: false,
  });
});

Deno.test("pageRaw() says that a text has no parts, and which pages there are [source.raw]", () => {
  assertEquals(page("build failed", "jobs"), {
    ok: false,
    message: "The body is no JSON and has no parts: read it without a path",
    isCut: false,
  });
  const long = "word ".repeat(JSON_PAGE_CODE_POINTS / 2);
  const pages = [1, 2, 3].map((number) => page(long, "", number));
  assertEquals(pages.map((one) => one.ok && one.text).join(""), long);
  assertEquals(page(long, "", 4), {
    ok: false,
    message: "There is no page 4: expected 1 to 3",
    isCut: false,
  });
  assertEquals(page("a", "", 2), {
    ok: false,
    message: "There is no page 2: there is 1 page",
    isCut: false,
  });
});

Deno.test("pageRaw() reads any bytes within a page, and opens no tag [source.raw]", () => {
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 200 }),
    fc.oneof(hostileText, anyString(200)).map((text) => ENCODER.encode(text)),
    fc.tuple(fc.json(), fc.nat()).map(([json, at]) => ENCODER.encode(json.slice(0, at))),
  );
  fc.assert(fc.property(bytes, (raw) => {
    const result = pageRaw(raw);
    assert(result.ok);
    assertLessOrEqual(countCodePoints(result.text), JSON_PAGE_CODE_POINTS);
    assertFalse(/<\s*\/?\s*channel|\p{Cc}(?<![\n\t])|\u202e/iu.test(result.text), result.text);
  }));
});

Deno.test("pageRaw() takes a time that grows with the body alone [source.raw]", () => {
  const size = 1024 * 1024;
  for (
    const start of [
      '"token":{',
      '"token":[],',
      '"a":"',
      '"a":',
      '{"a":"\\',
      "a=",
      '"',
      "[",
      '{"a":{',
    ]
  ) {
    const raw = ENCODER.encode(start.repeat(size / start.length));
    const startedAt = performance.now();
    pageRaw(raw);
    assertLessOrEqual(performance.now() - startedAt, 3000, start);
  }
});
