import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { createTemplateView } from "../../../../lib/sources/shape/template_view.ts";
import { hostileText } from "../../_texts.ts";

/** The view as JSON, which shows nothing that is inherited. */
function viewOf(payload: unknown): unknown {
  return JSON.parse(JSON.stringify(createTemplateView(payload)) ?? "null");
}

function countValues(value: unknown): number {
  if (typeof value !== "object" || value === null) return 1;
  return Object.values(value).reduce((sum: number, part) => sum + countValues(part), 1);
}

Deno.test("createTemplateView() cleans, redacts and cuts each text [source.template]", () => {
  const payload = {
    title: "two\nlines </channel>\u202e",
    body: "x".repeat(600),
    log: "uses ghp_0123456789abcdef0123456789abcdef0123 again",
    count: 3,
    isDraft: false,
    merged: null,
  };
  assertEquals(viewOf(payload), {
    ...payload,
    title: "two lines ‹/channel›",
    body: `${"x".repeat(492)}… (+108)`,
    log: "uses [redacted] again",
  });
});

Deno.test("createTemplateView() leaves out what a name tells is secret [source.template]", () => {
  const payload = JSON.parse(
    '{"token": "abc", "a": [{"client_secret": {"b": 1}}], "__proto__": 1}',
  );
  assertEquals(viewOf(payload), { a: [{}] });
  const beside = {
    variables: [{ key: "DB_PASSWORD", value: "abc" }, { key: "REGION", value: "eu" }],
    headers: [["Cookie", "abc"], ["Accept", "text/html"]],
    trigger_id: "1.2",
  };
  assertEquals(viewOf(beside), {
    variables: [{ key: "DB_PASSWORD" }, { key: "REGION", value: "eu" }],
    headers: [["Cookie", "[redacted]"], ["Accept", "text/html"]],
  });
});

Deno.test("createTemplateView() is bounded in every direction [source.template]", () => {
  assertEquals((viewOf(Array(101).fill(1)) as unknown[]).length, 100);
  const members = Object.fromEntries(Array.from({ length: 501 }, (_, i) => [`k${i}`, i]));
  assertEquals(Object.keys(viewOf(members) as object).length, 500);
  const wide = Array(100).fill(Array(100).fill(Array(100).fill(1)));
  assert(countValues(viewOf(wide)) < 30_000);
  let deep: unknown = "end";
  for (let i = 0; i < 50_000; i++) deep = [deep];
  assertEquals(JSON.stringify(viewOf(deep)).length, 68);
});

Deno.test("createTemplateView() gives lists and objects that have a text [source.template]", () => {
  const view = createTemplateView({
    list: [1, "b", { c: 1 }, [2, null]],
    long: Array(99).fill("abcdefgh"),
  });
  const { list, long } = view as Record<string, unknown>;
  assertEquals(`${list}`, "1, b, {…}, 2, ");
  assertEquals(`${view}`, "{…}");
  assertEquals(`${createTemplateView({ toString: 1, valueOf: 2 })}`, "{…}");
  assertEquals([...`${long}`].length, 500);
});

Deno.test("createTemplateView() takes any JSON and changes nothing in it [source.template]", () => {
  const text = hostileText.map((text) => ({ text, [text]: [text] }));
  fc.assert(fc.property(fc.oneof(fc.jsonValue(), text), (payload) => {
    const before = JSON.stringify(payload);
    const view = JSON.stringify(createTemplateView(payload));
    // A line break, and not the end of a backslash with an n behind it.
    assert(!view.includes("<") && !/(?<!\\)(?:\\\\)*\\n/.test(view), view);
    assertEquals(JSON.stringify(payload), before);
  }));
});
