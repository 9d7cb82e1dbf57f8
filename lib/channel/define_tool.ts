import type { ArgumentIssue, ArgumentsSchema } from "../lazy_schema.ts";

/** The result of a tool call; with `isError` the text tells the model what to do next. */
export interface ToolResult {
  /** The text that the model reads. */
  readonly text: string;
  /** `true` when the call has failed. */
  readonly isError?: boolean;
}

/** A tool that Claude can call. */
export interface ChannelTool {
  /** The name, as in `mcp__<server>__<name>`. */
  readonly name: string;
  /** The purpose of the tool and when to use it; the model reads this. */
  readonly description: string;
  /** The JSON Schema of the arguments. */
  inputSchema(): Record<string, unknown>;
  /** Validates the arguments and runs the tool. */
  call(args: unknown): Promise<ToolResult>;
}

/** The definition of a tool for {@linkcode defineTool}. */
export interface ToolDefinition<Args> {
  /** The name: letters, digits, `_` and `-`. */
  readonly name: string;
  /** The purpose of the tool and when to use it. */
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

/** Lists the arguments with their descriptions, as a hint for the model. */
function formatArguments(schema: Record<string, unknown>): string {
  const properties = Object(schema.properties) as Record<string, { description?: string }>;
  return Object.entries(properties)
    .map(([name, { description }]) => description ? `${name} (${description})` : name)
    .join(", ");
}

/**
 * Defines a tool whose arguments are checked against a schema before it runs.
 *
 * Arguments that do not fit give a failed result that says what is wrong and what is expected: an
 * exception would tell the model nothing.
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
