import { assert, assertEquals, assertFalse, assertStringIncludes } from "@std/assert";
import { DEFAULT_PORT } from "../../../lib/cli/common_flags.ts";
import {
  GATEWAY_COMMANDS,
  type GatewayOptions,
  readGatewayOptions,
  readServeOptions,
  SERVE_COMMANDS,
  type ServeOptions,
} from "../../../lib/cli/serve_options.ts";
import { show } from "../_texts.ts";
import { messageOf as formatMessage } from "./_message_of.ts";

const MIB = 1024 * 1024;
const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

const GATEWAY_DEFAULTS: GatewayOptions = {
  port: 8788,
  network: { trustedProxies: [], allowedHosts: [] },
  trustedSenders: [],
  trustedHeaderApproves: false,
  relay: true,
  relayFilter: {},
  permissionExpiryMs: 30 * MINUTE_MS,
  rateLimitPerMinute: 60,
  maxStreams: 256,
  maxStreamsPerSender: 8,
  stateDir: undefined,
  durability: "normal",
  defaultSession: undefined,
  retainMs: 30 * DAY_MS,
  retainBytes: 256 * MIB,
};

const DEFAULTS: ServeOptions = { ...GATEWAY_DEFAULTS, redeliverAfterMs: undefined };

/** The flags that `gateway` and `serve` have in common, and their options. */
const FLAGS: readonly [string[], Partial<GatewayOptions>][] = [
  [["--port", "0"], { port: 0 }],
  [["--port=65535"], { port: 65535 }],
  [["--trust-header", "dev"], { trustedSenders: ["dev"] }],
  [["--trust-header=dev,ci,a@b.example"], { trustedSenders: ["dev", "ci", "a@b.example"] }],
  [["--trust-header=dev", "--trust-header-approve"], {
    trustedSenders: ["dev"],
    trustedHeaderApproves: true,
  }],
  [["--host", "[::1]:9000"], {
    network: {
      listen: { hostname: "[::1]", port: 9000, isLoopback: true },
      trustedProxies: [],
      allowedHosts: [],
    },
  }],
  [["--allow-host", "channel.example.com"], {
    network: { trustedProxies: [], allowedHosts: ["channel.example.com"] },
  }],
  [["--no-relay"], { relay: false }],
  [["--relay-tools=Bash"], { relayFilter: { only: ["Bash"] } }],
  [["--permission-expiry", "2h"], { permissionExpiryMs: 120 * MINUTE_MS }],
  [["--rate-limit", "0"], { rateLimitPerMinute: 0 }],
  [["--rate-limit=1000000"], { rateLimitPerMinute: 1_000_000 }],
  [["--max-streams-per-sender", "1"], { maxStreamsPerSender: 1 }],
  [["--max-streams-per-sender=65536"], { maxStreamsPerSender: 65536 }],
  [["--max-streams", "1"], { maxStreams: 1 }],
  [["--max-streams=65536"], { maxStreams: 65536 }],
  [["--state-dir", "/state/of mine"], { stateDir: "/state/of mine" }],
  [["--relay-tools=Bash,mcp__github__*"], { relayFilter: { only: ["Bash", "mcp__github__*"] } }],
  [["--relay-except", "Write,Edit"], { relayFilter: { except: ["Write", "Edit"] } }],
  [["--permission-expiry=1d"], { permissionExpiryMs: DAY_MS }],
  [["--durability", "normal"], { durability: "normal" }],
  [["--durability=full"], { durability: "full" }],
  [["--default-session", "my-app"], { defaultSession: "my-app" }],
  [["--retain", "500ms"], { retainMs: 500 }],
  [["--retain=3650d"], { retainMs: 3650 * DAY_MS }],
  [["--retain-size", "1"], { retainBytes: MIB }],
  [["--retain-size=1048576"], { retainBytes: 1024 * 1024 * MIB }],
  [["--no-relay", "--port", "9000", "--trust-header", "dev", "--max-streams", "2"], {
    port: 9000,
    trustedSenders: ["dev"],
    relay: false,
    maxStreams: 2,
  }],
];

function messageOf(args: readonly string[]): string {
  return formatMessage(readServeOptions(args));
}

Deno.test("readServeOptions() trusts no header and listens where the walkthrough does", () => {
  assertEquals(DEFAULT_PORT, 8788);
  assertEquals(readServeOptions([]), { ok: true, value: DEFAULTS });
});

Deno.test("readServeOptions() reads each flag", () => {
  const cases: [string[], Partial<ServeOptions>][] = [
    ...FLAGS.map(([args, options]): [string[], Partial<ServeOptions>] => [args, options]),
    [["--redeliver-after", "10m"], { redeliverAfterMs: 10 * MINUTE_MS }],
    [["--redeliver-after=1ms"], { redeliverAfterMs: 1 }],
  ];
  for (const [args, options] of cases) {
    const expected = { ok: true as const, value: { ...DEFAULTS, ...options } };
    assertEquals(readServeOptions(args), expected, show(args));
  }
});

Deno.test("readGatewayOptions() reads each flag but those of a session", () => {
  assertEquals(readGatewayOptions([]), { ok: true, value: GATEWAY_DEFAULTS });
  for (const [args, options] of FLAGS) {
    const expected = { ok: true as const, value: { ...GATEWAY_DEFAULTS, ...options } };
    assertEquals(readGatewayOptions(args), expected, show(args));
  }
  for (const args of [["--redeliver-after", "10m"], ["--redeliver-after=10m"]]) {
    const message = formatMessage(readGatewayOptions(args));
    assertStringIncludes(message, 'Unknown flag "--redeliver-after": allowed flags are --port, ');
    assertFalse(message.endsWith("--redeliver-after"));
  }
});

Deno.test("readServeOptions() refuses a port or a number that is none", () => {
  const values = ["", " ", "x", "-1", "+1", "1.5", "1e3", "0x10", "8788 ", " 8788", "٨٧", "65537"];
  for (const value of [...values, "99999999999999999999", "Infinity", "NaN", "null"]) {
    assertEquals(
      messageOf(["--port", value]),
      `Invalid value "${value}" for --port: expected a whole number from 0 to 65535`,
    );
    assertEquals(
      messageOf(["--max-streams", value]),
      `Invalid value "${value}" for --max-streams: expected a whole number from 1 to 65536`,
    );
  }
  assertStringIncludes(messageOf(["--rate-limit", "-1"]), "a whole number from 0 to 1000000");
  assertStringIncludes(messageOf(["--rate-limit", "1000001"]), "from 0 to 1000000");
  assertStringIncludes(messageOf(["--max-streams-per-sender", "0"]), "from 1 to 65536");
  assertStringIncludes(messageOf(["--retain-size", "1.5"]), "from 1 to 1048576");
  assertStringIncludes(messageOf(["--retain-size", "1048577"]), "from 1 to 1048576");
  assertStringIncludes(messageOf(["--retain-size", "0"]), 'Invalid value "0" for --retain-size');
  assertStringIncludes(messageOf(["--port", "65536"]), 'Invalid value "65536" for --port');
  assertStringIncludes(messageOf(["--max-streams", "0"]), 'Invalid value "0" for --max-streams');
});

Deno.test("readServeOptions() limits each sender unless it is told otherwise [access.limits]", () => {
  const limitsOf = (args: readonly string[]) => {
    const parsed = readServeOptions(args);
    return parsed.ok && [parsed.value.rateLimitPerMinute, parsed.value.maxStreamsPerSender];
  };
  assertEquals(limitsOf([]), [60, 8]);
  assertEquals(limitsOf(["--rate-limit=0", "--max-streams-per-sender=256"]), [0, 256]);
  for (const args of [["--rate-limit="], ["--rate-limit=1.5"], ["--max-streams-per-sender=0"]]) {
    assertEquals(limitsOf(args), false, show(args));
  }
});

Deno.test("readServeOptions() refuses a duration that is none", () => {
  const values = ["", "0d", "10", "10 m", "-1d", "1.5h", "1w", "1D", "3651d", "forever", "10m\n"];
  for (const flag of ["retain", "redeliver-after"]) {
    for (const value of values) {
      assertEquals(
        messageOf([`--${flag}=${value}`]),
        `Invalid value "${value}" for --${flag}: ` +
          'expected a duration such as "10m" or "2h", at most 3650d',
      );
    }
  }
});

Deno.test("readServeOptions() refuses a durability that is none", () => {
  for (const value of ["", "Full", "off", "normal ", "full,normal", "__proto__"]) {
    assertEquals(
      messageOf([`--durability=${value}`]),
      `Invalid value "${value}" for --durability: expected normal or full`,
    );
  }
});

Deno.test("readServeOptions() refuses no folder, and one in which a variable was left as it is [state.folder]", () => {
  for (const value of ["", "${CLAUDE_PROJECT_DIR}", "${HOME}/state", "/a/${X:-b}", "${"]) {
    for (const read of [readServeOptions, readGatewayOptions]) {
      assertEquals(
        formatMessage(read(["--state-dir", value])),
        `Invalid value "${value}" for --state-dir: expected a folder, and each variable in it set`,
      );
    }
  }
  // A dollar sign alone stands in names of folders.
  assert(readServeOptions(["--state-dir", "/cost$/{state}"]).ok);
});

Deno.test("readServeOptions() refuses names that no sender can have", () => {
  const cases: [string, string][] = [
    ["", ""],
    [",", ""],
    ["dev,", ""],
    ["dev,,ci", ""],
    ["dev, ci", " ci"],
    ["*", "*"],
    ["dev,*", "*"],
    ["-dev", "-dev"],
    ["dev\n", "dev\n"],
    ["dеv", "dеv"],
  ];
  for (const [value, name] of cases) {
    assertEquals(
      messageOf([`--trust-header=${value}`]),
      `Invalid value "${name}" for --trust-header: ` +
        'expected names of letters, digits and "._@-", separated by commas',
      show(value),
    );
  }
});

Deno.test("readServeOptions() lets the trusted header approve only where it is trusted [network.trusted-header]", () => {
  assertEquals(
    messageOf(["--trust-header-approve"]),
    "Cannot use --trust-header-approve without --trust-header: expected both",
  );
});

Deno.test("readServeOptions() takes the trusted header on loopback only [network.trusted-header]", () => {
  const trust = ["--trust-header", "dev"];
  const cases: [string[], string][] = [
    [["--host", "192.168.1.5", "--tls-cert=c", "--tls-key=k"], "with --host 192.168.1.5: "],
    [["--behind-proxy", "127.0.0.1"], "with --behind-proxy: "],
    [["--allow-host", "channel.example.com"], "with --allow-host: "],
  ];
  for (const [args, part] of cases) {
    assert(readServeOptions(args).ok, show(args));
    assertStringIncludes(messageOf([...trust, ...args]), `Cannot use --trust-header ${part}`);
  }
  assert(readServeOptions([...trust, "--host", "[::1]"]).ok);
});

Deno.test("readServeOptions() compares the port of --host with that of --port [network.loopback]", () => {
  const proxy = ["--behind-proxy", "10.0.0.1", "--host"];
  assertStringIncludes(messageOf([...proxy, "0.0.0.0:9000", "--port=9000"]), "0.0.0.0:9001");
  assert(readServeOptions([...proxy, "0.0.0.0:9000"]).ok);
});

Deno.test("readServeOptions() refuses names that no tool can have [relay.filter]", () => {
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
        `Invalid value "${name}" for --${flag}: expected names of tools such as ` +
          '"Bash" or "mcp__github__*", separated by commas',
        show(value),
      );
    }
  }
});

Deno.test("readServeOptions() refuses a list of what to relay beside one of what not to [relay.filter]", () => {
  assertEquals(
    messageOf(["--relay-tools=Bash", "--relay-except=Edit"]),
    "Cannot use --relay-tools with --relay-except: expected one of them",
  );
  assert(messageOf(["--relay-tools=", "--relay-except="]) !== "");
});

Deno.test("readServeOptions() refuses an expiry that is none or too long [cli.usage]", () => {
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

Deno.test("readServeOptions() takes no argument and no value for a switch [cli.usage]", () => {
  const cases: [string[], string][] = [
    [["8788"], 'Unknown argument "8788": expected serve'],
    [["--no-relay=false"], "--no-relay takes no value"],
    [["--state-dir", "--no-relay"], "--state-dir needs a value"],
  ];
  for (const [args, part] of cases) assertStringIncludes(messageOf(args), part, show(args));
});

Deno.test("the help text of serve tells the default of each value that has one [cli.help]", () => {
  const { flags } = SERVE_COMMANDS.serve;
  const common = Object.keys(GATEWAY_COMMANDS.gateway.flags);
  assertEquals(Object.keys(flags), [...common, "redeliverAfterMs"]);
  const defaults: [string, string][] = [
    ["port", "default 8788"],
    ["host", "default 127.0.0.1 only"],
    ["behind-proxy", "default none"],
    ["allow-host", "default loopback only"],
    ["trust-header", "default none"],
    ["relay-tools", "default all"],
    ["relay-except", "default none"],
    ["permission-expiry", "default 30m"],
    ["rate-limit", "default 60"],
    ["max-streams-per-sender", "default 8"],
    ["max-streams", "default 256"],
    ["state-dir", "default ${CLAUDE_CONFIG_DIR:-~/.claude}/channels/webhook"],
    ["durability", "default normal"],
    ["default-session", "default the last active"],
    ["retain", "default 30d"],
    ["retain-size", "default 256"],
    ["redeliver-after", "default never"],
  ];
  const lines = new Map(Object.values(flags).map(({ name, help }) => [name, help]));
  for (const [flag, text] of defaults) assertStringIncludes(lines.get(flag) ?? "", `(${text}`);
});
