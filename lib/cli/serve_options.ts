import { isSenderId } from "../access/allowlist.ts";
import { isToolPattern, type RelayFilter } from "../permission/relay_filter.ts";
import { DEFAULT_PORT, STATE_DIR } from "./common_flags.ts";
import { choice, duration, flag, list, number, texts, toggle, type ValuesOf } from "./flags.ts";
import { NETWORK_FLAGS, type NetworkOptions, readNetworkOptions } from "./network_options.ts";
import { type Commands, type Parsed, readCommand, refuse } from "./read_command.ts";

const TOOLS = {
  value: "names",
  parse: (name: string) => isToolPattern(name) ? name : undefined,
  expected: 'names of tools such as "Bash" or "mcp__github__*"',
};

const GATEWAY_FLAGS = {
  port: number("port", {
    help: "port on 127.0.0.1, 0 for a free one",
    min: 0,
    max: 65535,
    usual: DEFAULT_PORT,
  }),
  ...NETWORK_FLAGS,
  trustedSenders: list("trust-header", {
    value: "names",
    help: "senders whose X-Sender header is believed, separated by commas",
    otherwise: "none",
    parse: (name) => isSenderId(name) ? name : undefined,
    expected: 'names of letters, digits and "._@-"',
  }),
  trustedHeaderApproves: toggle(
    "trust-header-approve",
    "let those senders also answer permission requests",
  ),
  relay: toggle("no-relay", "do not relay permission requests", { usual: true, given: false }),
  onlyTools: list("relay-tools", {
    ...TOOLS,
    help: 'relay requests of these tools only, "*" at the end for a prefix',
    otherwise: "all",
  }),
  exceptTools: list("relay-except", {
    ...TOOLS,
    help: "relay requests of all tools but these",
    otherwise: "none",
  }),
  permissionExpiryMs: duration("permission-expiry", {
    help: "how long a permission request can be answered, at most 24h",
    max: "24h",
    usual: "30m",
  }),
  rateLimitPerMinute: number("rate-limit", {
    help: "posts per minute of a sender, or of an address without one; 0 for any number",
    min: 0,
    max: 1_000_000,
    usual: 60,
  }),
  maxStreams: number("max-streams", {
    help: "most listeners at GET /events",
    min: 1,
    max: 65536,
    usual: 256,
  }),
  maxStreamsPerSender: number("max-streams-per-sender", {
    help: "most listeners of one sender",
    min: 1,
    max: 65536,
    usual: 8,
  }),
  stateDir: STATE_DIR,
  durability: choice("durability", {
    value: "mode",
    help: "normal survives a crash, full also a power failure",
    choices: ["normal", "full"],
    usual: "normal",
  }),
  defaultSession: flag("default-session", {
    value: "name",
    help: "the session for events that name none, where several are open",
    otherwise: "the last active",
    ...texts((name) => name !== "", "the name of a session"),
  }),
  retainMs: duration("retain", { help: "how long events are kept", usual: "30d" }),
  retainBytes: number("retain-size", {
    value: "MiB",
    help: "how much is kept, in MiB",
    min: 1,
    max: 1024 * 1024,
    unit: 1024 * 1024,
    usual: 256,
  }),
};

export const GATEWAY_COMMANDS = {
  gateway: {
    words: "",
    summary: "hold the port and keep events, without a session",
    flags: GATEWAY_FLAGS,
  },
} satisfies Commands;

export const SERVE_COMMANDS = {
  serve: {
    words: "",
    summary: "serve one session over stdio and HTTP (the default)",
    flags: {
      ...GATEWAY_FLAGS,
      redeliverAfterMs: duration("redeliver-after", {
        help: "push an event again that was not seen for so long, such as 10m",
        otherwise: "never",
      }),
    },
  },
} satisfies Commands;

type GatewayFlags = ValuesOf<typeof GATEWAY_FLAGS>;

type CombinedFlag = "trustedSenders" | "onlyTools" | "exceptTools" | keyof typeof NETWORK_FLAGS;

/** Options of the process that holds the port. */
export interface GatewayOptions extends Omit<GatewayFlags, CombinedFlag> {
  /** The senders whose `X-Sender` header is believed. */
  readonly trustedSenders: readonly string[];
  readonly network: NetworkOptions;
  readonly relayFilter: RelayFilter;
}

export interface ServeOptions extends GatewayOptions {
  /** `undefined` for never. */
  readonly redeliverAfterMs: number | undefined;
}

/** Combines the flags that belong together. */
function combine<Flags extends GatewayFlags & { readonly kind: string }>(
  flags: Flags,
): Parsed<Omit<Flags, CombinedFlag | "kind"> & GatewayOptions> {
  const {
    kind: _,
    trustedSenders = [],
    onlyTools: only,
    exceptTools: except,
    host,
    certFile,
    keyFile,
    trustedProxies,
    allowedHosts,
    ...options
  } = flags;
  const isHeaderTrusted = trustedSenders.length > 0;
  if (flags.trustedHeaderApproves && !isHeaderTrusted) {
    return refuse("Cannot use --trust-header-approve without --trust-header", "expected both");
  }
  if (only !== undefined && except !== undefined) {
    return refuse("Cannot use --relay-tools with --relay-except", "expected one of them");
  }
  const network = readNetworkOptions(
    { host, certFile, keyFile, trustedProxies, allowedHosts },
    { port: flags.port, isHeaderTrusted },
  );
  if (!network.ok) return network;
  const relayFilter = { ...(only && { only }), ...(except && { except }) };
  return { ok: true, value: { ...options, trustedSenders, network: network.value, relayFilter } };
}

export function readGatewayOptions(args: readonly string[]): Parsed<GatewayOptions> {
  const parsed = readCommand("gateway", GATEWAY_COMMANDS, args);
  return parsed.ok ? combine(parsed.value) : parsed;
}

export function readServeOptions(args: readonly string[]): Parsed<ServeOptions> {
  const parsed = readCommand("serve", SERVE_COMMANDS, args);
  return parsed.ok ? combine(parsed.value) : parsed;
}
