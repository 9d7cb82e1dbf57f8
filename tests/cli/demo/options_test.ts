import { assertEquals } from "@std/assert";
import { type DemoOptions, readDemoOptions } from "../../../cli/demo/options.ts";
import { createServerCommand } from "../../../cli/demo/server_command.ts";

const DEFAULTS: DemoOptions = { port: undefined, interactive: false, stateDir: undefined };

Deno.test("readDemoOptions() reads its flags and refuses what is not allowed", () => {
  const cases: [string[], ReturnType<typeof readDemoOptions>][] = [
    [[], { ok: true, value: DEFAULTS }],
    [["--interactive"], { ok: true, value: { ...DEFAULTS, interactive: true } }],
    [["--port=9000"], { ok: true, value: { ...DEFAULTS, port: 9000 } }],
    [["--state-dir", "/state/of mine"], {
      ok: true,
      value: { ...DEFAULTS, stateDir: "/state/of mine" },
    }],
    [["--port", "9000", "--state-dir=/state", "--interactive"], {
      ok: true,
      value: { port: 9000, interactive: true, stateDir: "/state" },
    }],
    [["--state-dir="], { ok: true, value: DEFAULTS }],
    [["--state-dir", "${HOME}/x"], {
      ok: false,
      message:
        'Invalid value "${HOME}/x" for --state-dir: expected a folder, and each variable in it set',
    }],
    [["--port", "x"], {
      ok: false,
      message: 'Invalid value "x" for --port: expected a whole number from 1 to 65535',
    }],
    [["--trust-header", "dev"], {
      ok: false,
      message:
        'Unknown flag "--trust-header": allowed flags are --interactive, --port, --state-dir',
    }],
  ];
  for (const [args, expected] of cases) {
    assertEquals(readDemoOptions(args), expected, args.join(" "));
  }
});

const OPTIONS = {
  mainModule: "file:///project/main.ts",
  port: 9000,
  stateDir: "/state/of mine",
  flags: ["--trust-header", "dev"],
};

const RUN = [
  "run",
  "--no-prompt",
  "--frozen",
  "--v8-flags=--max-semi-space-size=1",
  "--allow-net=127.0.0.1:9000",
  "--allow-read=/state/of mine",
  "--allow-write=/state/of mine",
  "file:///project/main.ts",
];

const FLAGS = ["--port", "9000", "--state-dir", "/state/of mine", "--trust-header", "dev"];

Deno.test("createServerCommand() starts the running Deno with the flags of .mcp.json", () => {
  assertEquals(createServerCommand(OPTIONS), {
    command: Deno.execPath(),
    args: [...RUN, ...FLAGS],
  });
});

Deno.test("createServerCommand() puts a command before the flags", () => {
  assertEquals(createServerCommand({ ...OPTIONS, command: "gateway" }), {
    command: Deno.execPath(),
    args: [...RUN, "gateway", ...FLAGS],
  });
});
