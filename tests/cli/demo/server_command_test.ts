import { assertEquals } from "@std/assert";
import { createServerCommand } from "../../../cli/demo/server_command.ts";

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
  "--cached-only",
  "--deny-import",
  "--v8-flags=--max-semi-space-size=1",
  "--allow-net=127.0.0.1:9000,[::1]:9000",
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
