import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import {
  readRelayOptions,
  RELAY_FLAGS,
  type RelayOptions,
} from "../../../lib/cli/relay_options.ts";
import { readFlags } from "../../../lib/cli/read_flags.ts";
import { show } from "../_texts.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

const DEFAULTS: RelayOptions = {
  relay: true,
  relayFilter: {},
  permissionExpiryMs: 30 * MINUTE_MS,
};

function read(args: readonly string[]) {
  const parsed = readFlags(args, RELAY_FLAGS);
  return parsed.ok ? readRelayOptions(parsed.flags) : parsed;
}

function messageOf(args: readonly string[]): string {
  const parsed = read(args);
  return parsed.ok ? "" : parsed.message;
}

Deno.test("readRelayOptions() reads each flag [relay.filter]", () => {
  const cases: [string[], Partial<RelayOptions>][] = [
    [[], {}],
    [["--no-relay"], { relay: false }],
    [["--relay-tools", "Bash"], { relayFilter: { only: ["Bash"] } }],
    [["--relay-tools=Bash,mcp__github__*"], { relayFilter: { only: ["Bash", "mcp__github__*"] } }],
    [["--relay-except", "Write,Edit"], { relayFilter: { except: ["Write", "Edit"] } }],
    [["--permission-expiry", "90s"], { permissionExpiryMs: 90_000 }],
    [["--permission-expiry=24h"], { permissionExpiryMs: 24 * HOUR_MS }],
    [["--permission-expiry=1d"], { permissionExpiryMs: 24 * HOUR_MS }],
  ];
  for (const [args, options] of cases) {
    assertEquals(read(args), { ok: true, value: { ...DEFAULTS, ...options } }, show(args));
  }
});

Deno.test("readRelayOptions() refuses names that no tool can have [relay.filter]", () => {
  const cases: [string, string][] = [
    ["", ""],
    [",", ""],
    ["Bash,", ""],
    ["Bash, Edit", " Edit"],
    ["Bash\n", "Bash\n"],
    ["*Bash", "*Bash"],
    ["mcp__*__list", "mcp__*__list"],
  ];
  for (const flag of ["relay-tools", "relay-except"]) {
    for (const [value, name] of cases) {
      assertEquals(
        messageOf([`--${flag}=${value}`]),
        `Invalid value "${name}" for --${flag}: expected names of tools, separated by commas, ` +
          'such as "Bash" or "mcp__github__*"',
        show(value),
      );
    }
  }
});

Deno.test("readRelayOptions() refuses a list of what to relay beside one of what not to [relay.filter]", () => {
  assertEquals(
    messageOf(["--relay-tools=Bash", "--relay-except=Edit"]),
    "Cannot use --relay-tools with --relay-except: expected one of them",
  );
  assert(messageOf(["--relay-tools=", "--relay-except="]) !== "");
});

Deno.test("readRelayOptions() refuses an expiry that is none or too long [cli.usage]", () => {
  for (const value of ["", "0m", "30", "-1m", "forever"]) {
    assertStringIncludes(
      messageOf([`--permission-expiry=${value}`]),
      `Invalid value "${value}" for --permission-expiry: expected a duration`,
    );
  }
  for (const value of ["25h", "86400001ms", "2d"]) {
    assertEquals(
      messageOf([`--permission-expiry=${value}`]),
      `Invalid value "${value}" for --permission-expiry: ` +
        'expected a duration such as "10m" or "2h", at most 24h',
    );
  }
});
