import type { ArgumentIssue, ArgumentsSchema } from "../lazy_schema.ts";

/** What a tool call answers; with `isError` the text tells the model what to do next. */
export interface ToolResult {
  /** The text that the model reads. */
  readonly text: string;
  /** Whether the call failed. */
  readonly isError?: boolean;
}

/** A tool that Claude can call. */
export interface ChannelTool {
  /** The name, as in `mcp__<server>__<name>`. */
  readonly name: string;
  /** What the tool does and when to use it; the model reads this. */
  readonly description: string;
  /** The JSON Schema of the arguments. */
  inputSchema(): Record<string, unknown>;
  /** Validates the arguments and runs the tool. */
  call(args: unknown): Promise<ToolResult>;
}

/** What {@linkcode defineTool} needs to know of a tool. */
export interface ToolDefinition<Args> {
  /** The name: letters, digits, `_` and `-`. */
  readonly name: string;
  /** What the tool does and when to use it. */
  readonly description: string;
  /** The arguments; their descriptions reach the model. */
  readonly input: ArgumentsSchema<Args>;
  /** Runs the tool on valid arguments. */
  readonly run: (args: Args) => ToolResult | Promise<ToolResult>;
}

function formatIssues(issues: readonly ArgumentIssue[]): string {
  return issues
    .map(({ path, message }) => `${path.map(String).join(".") || "arguments"}: ${message}`)
    .join("; ");
}

/** The arguments with their descriptions, as a hint for the model. */
function formatArguments(schema: Record<string, unknown>): string {
  const properties = Object(schema.properties) as Record<string, { description?: string }>;
  return Object.entries(properties)
    .map(([name, { description }]) => description ? `${name} (${description})` : name)
    .join(", ");
}

/**
 * Defines a tool whose arguments are checked against a schema before it runs.
 *
 * Arguments that do not fit are answered with what was wrong and what is expected, as a failed
 * result: an exception would tell the model nothing.
 *
 * @param definition The tool.
 * @returns The tool in the form that a channel takes.
 *
 * @example Usage
 * ```ts
 * import { defineTool } from "@deno-channel/deno-channel";
 * import { assertEquals } from "@std/assert";
 * import * as z from "zod";
 *
 * const echo = defineTool({
 *   name: "echo",
 *   description: "Answers with the text",
 *   input: z.object({ text: z.string() }),
 *   run: ({ text }) => ({ text }),
 * });
 * assertEquals(await echo.call({ text: "hi" }), { text: "hi" });
 * assertEquals((await echo.call({})).isError, true);
 * ```
 */
export function defineTool<Args>(definition: ToolDefinition<Args>): ChannelTool {
  const { name, description, input, run } = definition;
  const inputSchema = () => {
    const { $schema: _, ...schema } = input.toJSONSchema({ io: "input" }) as Record<
      string,
      unknown
    >;
    return schema;
  };
  return {
    name,
    description,
    inputSchema,
    async call(args) {
      const parsed = input.safeParse(args ?? {});
      if (parsed.success) return await run(parsed.data);
      return {
        text: `Invalid arguments for "${name}": ${formatIssues(parsed.error.issues)}. ` +
          `Call it again with ${formatArguments(inputSchema())}`,
        isError: true,
      };
    },
  };
}
