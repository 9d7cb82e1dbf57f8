import { assert, assertEquals } from "@std/assert";
import { type DemoOptions, readDemoOptions } from "../../../lib/cli/demo_options.ts";
import { messageOf } from "./_message_of.ts";

const DEFAULTS: DemoOptions = {
  kind: "demo",
  port: undefined,
  interactive: false,
  stateDir: undefined,
};

Deno.test("readDemoOptions() reads its flags and refuses what is not allowed [cli.usage]", () => {
  const cases: [string[], Partial<DemoOptions>][] = [
    [[], {}],
    [["--interactive"], { interactive: true }],
    [["--port=9000"], { port: 9000 }],
    [["--state-dir", "/state/of mine"], { stateDir: "/state/of mine" }],
  ];
  for (const [args, options] of cases) {
    assertEquals(readDemoOptions(args), { ok: true, value: { ...DEFAULTS, ...options } });
  }
  for (const args of [["--state-dir="], ["--state-dir", "${HOME}/x"], ["--port=x"], ["now"]]) {
    assert(messageOf(readDemoOptions(args)).startsWith(args[0] === "now" ? "Unknown" : "Invalid"));
  }
});
