import { assert, assertEquals, assertMatch } from "@std/assert";
import fc from "fast-check";
import {
  compileTemplate,
  type EventTemplate,
  type TemplateVariables,
} from "../../../server/sources/template.ts";

const VARIABLES: TemplateVariables = {
  source: "ci",
  event: "pull_request.opened",
  title: "opened - #7 - owner/repo",
  url: "https://example.com/7",
  severity: "info",
};

const PAYLOAD = {
  number: 7,
  draft: false,
  merged_at: null,
  user: { login: "octo" },
  labels: [{ name: "bug" }, { name: "p<1>" }],
  none: [],
  "odd key": "it's & odd",
};

async function compile(text: string): Promise<EventTemplate> {
  const result = await compileTemplate(text);
  assert(result.ok, result.ok ? "" : result.message);
  return result.template;
}

async function render(text: string, payload: unknown = PAYLOAD): Promise<string> {
  const result = (await compile(text)).render(payload, VARIABLES);
  return result.ok ? result.text : result.message;
}

async function faultOf(text: string): Promise<string> {
  const result = await compileTemplate(text);
  return result.ok ? "ok" : result.message;
}

Deno.test("compileTemplate() gives a template that shows values and variables [source.template]", async () => {
  const cases: [string, string][] = [
    ["#{{number}} by {{user.login}}", "#7 by octo"],
    [
      "{{@source}}: {{@title}} ({{@severity}}) {{@url}}",
      "ci: opened - #7 - owner/repo (info) https://example.com/7",
    ],
    ["{{#if draft}}draft{{else if number}}ready{{else}}?{{/if}}", "ready"],
    ["{{#unless draft}}ready{{/unless}}", "ready"],
    ["{{#each labels as |label|}}{{@index}}={{label.name}};{{/each}}", "0=bug;1=p‹1›;"],
    ["{{#each user}}{{@key}}={{this}}{{#if @last}}.{{/if}}{{/each}}", "login=octo."],
    ["{{#each none}}x{{else}}no labels{{/each}}", "no labels"],
    ["{{#with user}}{{login}} {{../number}} {{@root.number}}{{/with}}", "octo 7 7"],
    ["{{[odd key]}} {{labels.[0].name}} {{labels.1.name}}", "it's & odd bug p‹1›"],
    ['a & {{{labels}}} "{{user}}"', 'a & {…}, {…} "{…}"'],
    ["{{missing.at.all}}|{{merged_at}}|{{draft}}", "||false"],
    ["{{!-- note --}}{{#if draft includeZero=true}}{{/if}}x", "x"],
  ];
  for (const [text, expected] of cases) assertEquals(await render(text), expected, text);
});

Deno.test("compileTemplate() says in which line a template is wrong, and how [source.template]", async () => {
  const cases: [string, number, string][] = [
    ["a\n{{#if draft}}x", 2, 'expected "{{/…}}" or "}}" before the end'],
    ["a\n\n{{number", 3, 'cannot be read after "a{{"'],
    ["{{number}}}", 1, 'cannot be read after "{{number"'],
    ["\n{{#each labels}}{{/if}}", 2, '"{{/if}}" ends "{{#each}}"'],
    ["{{#labels}}x{{/labels}}", 1, 'unknown block "labels": expected if, unless, each, with'],
    ["{{^labels}}x{{/labels}}", 1, 'unknown block "labels": expected if, unless, each, with'],
    ["{{{{raw}}}}x{{{{/raw}}}}", 1, 'unknown block "raw": expected if, unless, each, with'],
    ["x\n{{upper title}}", 2, 'unknown helper "upper": expected a path alone'],
    ["{{log number}}", 1, 'unknown helper "log": expected a path alone'],
    ["{{lookup user 'login'}}", 1, 'unknown helper "lookup": expected a path alone'],
    ["{{if}}", 1, 'unknown helper "if": expected a path alone'],
    ["{{number a=1}}", 1, 'unknown helper "number": expected a path alone'],
    ['{{"text"}}', 1, 'expected a path such as "pull_request.title"'],
    ["{{#if (eq a b)}}{{/if}}", 1, 'expected a path such as "pull_request.title"'],
    ["{{#each 'text'}}{{/each}}", 1, 'expected a path such as "pull_request.title"'],
    ["{{#if}}{{/if}}", 1, 'expected one path after "{{#if"'],
    ["{{#if a b}}{{/if}}", 1, 'expected one path after "{{#if"'],
    ["{{#each a b=1}}{{/each}}", 1, 'unknown option "b"'],
    ["{{> partial}}", 1, "expected neither partials nor decorators"],
    ["{{#> partial}}{{/partial}}", 1, "expected neither partials nor decorators"],
    ['{{#*inline "a"}}{{/inline}}', 1, "expected neither partials nor decorators"],
    ["{{* decorator}}", 1, "expected neither partials nor decorators"],
    ["{{#if a}}\n{{else}}\n{{> partial}}{{/if}}", 3, "expected neither partials nor decorators"],
  ];
  for (const [text, line, message] of cases) {
    const expected = `The template is wrong in line ${line}: ${message}`;
    assertEquals(await faultOf(text), expected, text);
  }
  assertMatch(
    await faultOf("{{@titel}}"),
    /unknown variable "@titel": expected one of "@source", /,
  );
  assertMatch(await faultOf("{{#if @x}}{{/if}}"), /unknown variable "@x"/);
});

Deno.test("compileTemplate() bounds templates [source.template]", async () => {
  const nested = (depth: number) => "{{#if a}}".repeat(depth) + "{{/if}}".repeat(depth);
  assertEquals(await faultOf("x".repeat(4000)), "ok");
  assertMatch(await faultOf("x".repeat(4001)), /expected at most 4000 characters$/);
  assertEquals(await faultOf(nested(32)), "ok");
  assertMatch(await faultOf(nested(33)), /expected at most 32 blocks in each other$/);
  assertMatch(await faultOf(nested(240)), /expected at most 32 blocks in each other$/);
});

Deno.test("compileTemplate() reaches nothing that an object inherits [source.template]", async () => {
  const payload = JSON.parse('{"a": "text", "o": {}, "l": [1], "__proto__": {"x": "polluted"}}');
  for (
    const path of [
      "toString",
      "constructor",
      "constructor.name",
      "__proto__.x",
      "x",
      "a.big",
      "o.toString",
      "o.constructor.constructor",
      "l.join",
      "l.constructor",
      "@root.constructor",
      "a.constructor",
    ]
  ) {
    assertEquals(await render(`[{{${path}}}]`, payload), "[]", path);
  }
});

Deno.test("EventTemplate.render() shows no text of more than one line, no secret, no markup [source.template]", async () => {
  const payload = { body: "a\n</channel>\x1b[31m", token: "abc", long: "x".repeat(600) };
  assertEquals(
    await render("{{body}}|{{{body}}}|{{token}}|", payload),
    "a ‹/channel›|a ‹/channel›||",
  );
  assertEquals((await render("{{long}}", payload)).length, 500);
  const title = (await compile("{{@title}}")).render({}, { ...VARIABLES, title: "a\n<b>" });
  assertEquals(title, { ok: true, text: "a ‹b›" });
});

Deno.test("EventTemplate.render() gives no text longer than 4,000 code points [source.template]", async () => {
  const many = { list: Array.from({ length: 200 }, (_, i) => `${i}😀`.repeat(50)) };
  const each =
    "{{#each list}}{{#each ../list}}{{#each ../../list}}{{this}}{{/each}}{{/each}}{{/each}}";
  for (const text of ["{{#each list}}{{this}}{{/each}}", each, "{{list}}".repeat(400)]) {
    const rendered = await render(text, many);
    assertEquals([...rendered].length, 4000, text);
    assert(
      rendered.startsWith("0😀0😀") && rendered.endsWith("…") && rendered.isWellFormed(),
      text,
    );
  }
  assertEquals((await render("{{#each list}}x{{/each}}", many)).length, 100);
});

Deno.test("EventTemplate.render() ends a template that runs on and on [source.template]", async () => {
  const list = Array.from({ length: 100 }, (_, i) => i);
  const depth = 20;
  const open = Array.from({ length: depth }, (_, i) => `{{#each ${"../".repeat(i)}list}}`).join("");
  const template = await compile(`${open}${"{{/each}}".repeat(depth)}x`);
  const message = "The template fails: its blocks run more than 10000 times";
  assertEquals(template.render({ list }, VARIABLES), { ok: false, message });
  assertEquals(template.render({ list: [1] }, VARIABLES), { ok: true, text: "x" });
});

Deno.test("EventTemplate.render() refuses to give a text that says nothing [source.template]", async () => {
  assertEquals(await render(" {{missing}}\n"), "The template gives no text");
});

Deno.test("EventTemplate.render() takes any payload [source.template]", async () => {
  const template = await compile(
    "{{a}}{{a.b}}{{#each a}}{{@key}}{{this}}{{#with b}}{{c}}{{/with}}{{/each}}{{#if this}}!{{/if}}{{this}}",
  );
  fc.assert(fc.property(fc.oneof(fc.jsonValue(), fc.record({ a: fc.jsonValue() })), (payload) => {
    const result = template.render(payload, VARIABLES);
    assert(result.ok || result.message === "The template gives no text");
  }));
});
