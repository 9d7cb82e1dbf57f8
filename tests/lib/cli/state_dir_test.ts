import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { CHANNEL_NAME } from "../../../lib/version.ts";
import { chooseStateDir, type StateDirSources } from "../../../lib/cli/state_dir.ts";
import { show } from "../_texts.ts";

Deno.test("chooseStateDir() takes the flag, else the configuration folder, else the home folder [state.folder]", () => {
  assertEquals(CHANNEL_NAME, "webhook");
  const cases: [StateDirSources, string][] = [
    [{ flag: "/state" }, "/state"],
    [{ flag: "state/of mine" }, "state/of mine"],
    [{ flag: "/state", configDir: "/config", home: "/home/me" }, "/state"],
    [{ configDir: "/config", home: "/home/me" }, "/config/channels/webhook"],
    [{ configDir: "/config" }, "/config/channels/webhook"],
    [{ home: "/home/me" }, "/home/me/.claude/channels/webhook"],
    // An empty variable counts as not set.
    [{ configDir: "", home: "/home/me" }, "/home/me/.claude/channels/webhook"],
  ];
  for (const [sources, path] of cases) {
    assertEquals(chooseStateDir(sources), { ok: true, path }, show(sources));
  }
});

Deno.test("chooseStateDir() strips what would follow a link at the end of the flag [state.guard]", () => {
  const cases: [string, string][] = [
    ["/link/", "/link"],
    ["/link//./", "/link"],
    ["/link/.", "/link"],
    ["link/", "link"],
    ["/link/./", "/link"],
    ["/", "/"],
    ["./", "."],
    ["/", "/"],
    ["/a/..", "/a/.."],
    ["/a./", "/a."],
  ];
  for (const [flag, path] of cases) assertEquals(chooseStateDir({ flag }), { ok: true, path });
});

Deno.test("chooseStateDir() says what to give when nothing tells the folder [state.folder]", () => {
  const cases: StateDirSources[] = [
    {},
    { flag: undefined, configDir: undefined, home: undefined },
    { configDir: "", home: "" },
  ];
  for (const sources of cases) {
    const chosen = chooseStateDir(sources);
    assert(!chosen.ok, show(sources));
    for (const part of ["give --state-dir", "--allow-env=CLAUDE_CONFIG_DIR,HOME"]) {
      assertStringIncludes(chosen.message, part, show(sources));
    }
  }
});
