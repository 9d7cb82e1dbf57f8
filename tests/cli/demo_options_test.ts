import { assertEquals } from "@std/assert";
import { parseDemoOptions } from "../../cli/demo_options.ts";
import { serverCommand } from "../../cli/server_command.ts";

Deno.test("parseDemoOptions() reads its flags and refuses what is not allowed", () => {
  const cases: [string[], ReturnType<typeof parseDemoOptions>][] = [
    [[], { ok: true, options: { port: undefined, interactive: false } }],
    [["--interactive"], { ok: true, options: { port: undefined, interactive: true } }],
    [["--port=9000"], { ok: true, options: { port: 9000, interactive: false } }],
    [["--port", "x"], {
      ok: false,
      message: 'Invalid value "x" for --port: expected a whole number from 1 to 65535',
    }],
    [["--trust-header", "dev"], {
      ok: false,
      message: 'Unknown flag "--trust-header": allowed flags are --interactive, --port',
    }],
  ];
  for (const [args, expected] of cases) {
    assertEquals(parseDemoOptions(args), expected, args.join(" "));
  }
});

Deno.test("serverCommand() starts the running Deno with the flags of .mcp.json", () => {
  assertEquals(serverCommand("file:///project/main.ts", 9000, "dev"), {
    command: Deno.execPath(),
    args: [
      "run",
      "--no-prompt",
      "--frozen",
      "--v8-flags=--max-semi-space-size=1",
      "--allow-net=127.0.0.1:9000",
      "file:///project/main.ts",
      "--port",
      "9000",
      "--trust-header",
      "dev",
    ],
  });
});
