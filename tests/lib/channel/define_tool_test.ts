import {
  assert,
  assertEquals,
  assertFalse,
  assertRejects,
  assertStrictEquals,
  assertStringIncludes,
} from "@std/assert";
import * as z from "zod";
import type { ArgumentsSchema } from "../../../lib/lazy_schema.ts";
import { defineTool } from "../../../lib/channel/define_tool.ts";
import { show } from "../_texts.ts";

const echo = defineTool({
  name: "echo",
  description: "Answers with the text",
  input: z.object({
    text: z.string().min(1).describe("The text to send back"),
    times: z.number().int().max(3).default(1),
  }),
  run: ({ text, times }) => ({ text: text.repeat(times) }),
});

Deno.test("defineTool() keeps the name and the description", () => {
  assertEquals(echo.name, "echo");
  assertEquals(echo.description, "Answers with the text");
});

Deno.test("defineTool() gives the arguments as JSON Schema without a $schema", () => {
  const schema = echo.inputSchema();
  assertFalse("$schema" in schema);
  assertEquals(schema.type, "object");
  // An argument with a default is one that the caller may leave out.
  assertEquals(schema.required, ["text"]);
  const properties = schema.properties as Record<string, Record<string, unknown>>;
  assertEquals(properties.text, {
    type: "string",
    minLength: 1,
    description: "The text to send back",
  });
  assertEquals(Object.keys(properties), ["text", "times"]);
});

Deno.test("defineTool() makes a new JSON Schema for each caller", () => {
  const schema = echo.inputSchema();
  schema.type = "string";
  assertEquals(echo.inputSchema().type, "object");
});

Deno.test("defineTool() runs the tool on arguments that fit", async () => {
  assertEquals(await echo.call({ text: "hi" }), { text: "hi" });
  assertEquals(await echo.call({ text: "hi", times: 2 }), { text: "hihi" });
  assertEquals(await echo.call({ text: "hi", unknown: 1 }), { text: "hi" });
});

Deno.test("defineTool() answers arguments that do not fit with what is expected", async () => {
  const cases: [unknown, string[]][] = [
    [undefined, ["text: "]],
    [null, ["text: "]],
    [{}, ["text: "]],
    [{ text: "" }, ["text: "]],
    [{ text: 1 }, ["text: "]],
    [{ text: 1, times: 9 }, ["text: ", "times: ", "; "]],
    ["text", ["arguments: "]],
    [[], ["arguments: "]],
  ];
  for (const [args, parts] of cases) {
    const { text, isError } = await echo.call(args);
    assertEquals(isError, true, show(args));
    assert(text.startsWith('Invalid arguments for "echo": '), text);
    assert(text.endsWith("Call it again with text (The text to send back), times"), text);
    for (const part of parts) assertStringIncludes(text, part, show(args));
  }
});

Deno.test("defineTool() does not run the tool on arguments that do not fit", async () => {
  let runs = 0;
  const tool = defineTool({
    name: "count",
    description: "Counts",
    input: z.object({ by: z.number() }),
    run: ({ by }) => ({ text: String(runs += by) }),
  });
  await tool.call({ by: "1" });
  assertEquals(runs, 0);
  await tool.call({ by: 2 });
  assertEquals(runs, 2);
});

Deno.test("defineTool() names the place of a nested argument", async () => {
  const tool = defineTool({
    name: "nested",
    description: "Takes a list",
    input: z.object({ files: z.array(z.object({ path: z.string() })) }),
    run: () => ({ text: "done" }),
  });
  const { text } = await tool.call({ files: [{ path: "a" }, { path: 1 }] });
  assertStringIncludes(text, "files.1.path: ");
});

Deno.test("defineTool() passes a failed and a late result on", async () => {
  const failed = { text: "Try another chat_id", isError: true };
  const tool = defineTool({
    name: "fail",
    description: "Fails",
    input: z.object({}),
    run: () => Promise.resolve(failed),
  });
  assertStrictEquals(await tool.call({}), failed);
});

Deno.test("defineTool() lets the error of a tool reach the caller as a rejection", async () => {
  const tool = defineTool({
    name: "throw",
    description: "Throws",
    input: z.object({}),
    run: () => {
      throw new RangeError("Out of range");
    },
  });
  await assertRejects(() => tool.call({}), RangeError, "Out of range");
});

Deno.test("defineTool() takes any schema that validates and describes itself", async () => {
  const issue = { path: [], message: "expected nothing" };
  const input: ArgumentsSchema<string> = {
    safeParse: (args) =>
      typeof args === "string"
        ? { success: true, data: args }
        : { success: false, error: { issues: [issue, { path: ["a", 0], message: "no" }] } },
    toJSONSchema: () => ({ $schema: "x", type: "string" }),
  };
  const tool = defineTool({ name: "own", description: "", input, run: (text) => ({ text }) });
  assertEquals(tool.inputSchema(), { type: "string" });
  assertEquals(await tool.call("hi"), { text: "hi" });
  const { text } = await tool.call(1);
  assertStringIncludes(text, 'Invalid arguments for "own": arguments: expected nothing; a.0: no.');
});
