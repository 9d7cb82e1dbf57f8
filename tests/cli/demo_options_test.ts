import { assertEquals } from "@std/assert";
import { readDemoOptions } from "../../cli/demo_options.ts";
import { createServerCommand } from "../../cli/server_command.ts";

Deno.test("readDemoOptions() reads its flags and refuses what is not allowed", () => {
  const cases: [string[], ReturnType<typeof readDemoOptions>][] = [
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
    assertEquals(readDemoOptions(args), expected, args.join(" "));
  }
});

Deno.test("createServerCommand() starts the running Deno with the flags of .mcp.json", () => {
  const options = {
    mainModule: "file:///project/main.ts",
    port: 9000,
    flags: ["--trust-header", "dev"],
  };
  assertEquals(createServerCommand(options), {
    command: Deno.execPath(),
    args: [
      "run",
      "--no-prompt",
      "--frozen",
      "--v8-flags=--max-semi-space-size=2",
      "--allow-net=127.0.0.1:9000",
      "file:///project/main.ts",
      "--port",
      "9000",
      "--trust-header",
      "dev",
    ],
  });
});
