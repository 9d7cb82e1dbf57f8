import { isSenderId } from "../access/allowlist.ts";
import {
  DEFAULT_PORT,
  type FlagValue,
  readDurationFlag,
  readListFlag,
  readNumberFlag,
  refuseFlagValue,
} from "./flag_value.ts";
import { NETWORK_FLAGS, type NetworkOptions, readNetworkOptions } from "./network_options.ts";
import { type Flags, type FlagSpec, readFlags } from "./read_flags.ts";
import { readRelayOptions, RELAY_FLAGS, type RelayOptions } from "./relay_options.ts";
import { STATE_DIR_FLAG } from "./common_flags.ts";

/** What the process that holds the port is asked for on the command line. */
export interface GatewayOptions extends RelayOptions {
  /** The port on 127.0.0.1; `0` takes a free one. */
  readonly port: number;
  /** Where else to listen, and whom to believe there. */
  readonly network: NetworkOptions;
  /** The senders whose `X-Sender` header is believed. */
  readonly trustedSenders: readonly string[];
  /** Whether those senders may answer permission requests, too. */
  readonly trustedHeaderApproves: boolean;
  /** How many posts a minute one sender may make, or one address without a sender; `0` for any. */
  readonly rateLimitPerMinute: number;
  /** How many streams there may be at `GET /events`. */
  readonly maxStreams: number;
  /** How many of them one sender may have. */
  readonly maxStreamsPerSender: number;
  /** The folder of the journal; `undefined` for the usual one. */
  readonly stateDir: string | undefined;
  /** What a commit survives: `normal` the end of the process, `full` the end of power as well. */
  readonly durability: "normal" | "full";
  /** The session for events that name none, where several are open. */
  readonly defaultSession: string | undefined;
  /** How long events are kept, in milliseconds. */
  readonly retainMs: number;
  /** How many bytes the journal may take. */
  readonly retainBytes: number;
}

/** What `serve` is asked for on the command line. */
export interface ServeOptions extends GatewayOptions {
  /** After how long an event that was not seen is pushed again, in milliseconds; never by default. */
  readonly redeliverAfterMs: number | undefined;
}

/** The flags of `gateway`. */
export const GATEWAY_FLAGS = {
  "port": {
    value: "number",
    help: `port on 127.0.0.1 (default ${DEFAULT_PORT}, 0 takes a free one)`,
  },
  ...NETWORK_FLAGS,
  "trust-header": {
    value: "names",
    help: "senders whose X-Sender header is believed, separated by commas (default nobody)",
  },
  "trust-header-approve": { help: "let those senders answer permission requests, too" },
  ...RELAY_FLAGS,
  "rate-limit": {
    value: "number",
    help:
      "posts per minute of a sender, or of an address without one (default 60, 0 for any number)",
  },
  "max-streams": { value: "number", help: "most listeners at GET /events (default 256)" },
  "max-streams-per-sender": { value: "number", help: "most listeners of one sender (default 8)" },
  ...STATE_DIR_FLAG,
  "durability": {
    value: "mode",
    help: "what an event survives: normal, a crash; full, a power cut too (default normal)",
  },
  "default-session": {
    value: "name",
    help: "where events go that name no session, if several are open (default the last active)",
  },
  "retain": { value: "duration", help: "how long events are kept (default 30d)" },
  "retain-size": { value: "MiB", help: "how much is kept, in MiB (default 256)" },
} as const satisfies Record<string, FlagSpec>;

/** The flags of `serve`. */
export const SERVE_FLAGS = {
  ...GATEWAY_FLAGS,
  "redeliver-after": {
    value: "duration",
    help: "push an event again that was not seen for so long, such as 10m (default never)",
  },
} as const satisfies Record<string, FlagSpec>;

/** The flags that take numbers: what they are without the flag, and their bounds. */
const NUMBER_FLAGS = {
  "port": { usual: DEFAULT_PORT, min: 0, max: 65535 },
  "rate-limit": { usual: 60, min: 0, max: 1_000_000 },
  "max-streams": { usual: 256, min: 1, max: 65536 },
  "max-streams-per-sender": { usual: 8, min: 1, max: 65536 },
  "retain-size": { usual: 256, min: 1, max: 1024 * 1024 },
} as const satisfies { readonly [Flag in keyof typeof GATEWAY_FLAGS]?: unknown };

type GatewayFlags = Flags<typeof GATEWAY_FLAGS>;

function readTrustFlags(
  flags: GatewayFlags,
): FlagValue<Pick<GatewayOptions, "trustedSenders" | "trustedHeaderApproves">> {
  const trustedHeaderApproves = flags["trust-header-approve"] === true;
  if (trustedHeaderApproves && flags["trust-header"] === undefined) {
    return {
      ok: false,
      message: "Cannot use --trust-header-approve without --trust-header: expected both",
    };
  }
  const trustedSenders = readListFlag(flags["trust-header"], {
    flag: "trust-header",
    isItem: isSenderId,
    expected: 'names of letters, digits and "._@-", separated by commas',
  });
  return trustedSenders.ok
    ? { ok: true, value: { trustedSenders: trustedSenders.value, trustedHeaderApproves } }
    : trustedSenders;
}

function toGatewayOptions(flags: GatewayFlags): FlagValue<GatewayOptions> {
  const number = (flag: keyof typeof NUMBER_FLAGS) => {
    const { usual, min, max } = NUMBER_FLAGS[flag];
    return readNumberFlag(flags[flag] ?? String(usual), { flag, min, max });
  };
  const port = number("port");
  const rateLimit = number("rate-limit");
  const maxStreams = number("max-streams");
  const maxStreamsPerSender = number("max-streams-per-sender");
  const retainSize = number("retain-size");
  const retain = readDurationFlag(flags.retain ?? "30d", { flag: "retain" });
  const trust = readTrustFlags(flags);
  const relay = readRelayOptions(flags);
  const { durability = "normal" } = flags;
  if (!port.ok) return port;
  if (!rateLimit.ok) return rateLimit;
  if (!maxStreams.ok) return maxStreams;
  if (!maxStreamsPerSender.ok) return maxStreamsPerSender;
  if (!retain.ok) return retain;
  if (!retainSize.ok) return retainSize;
  if (!trust.ok) return trust;
  if (!relay.ok) return relay;
  if (durability !== "normal" && durability !== "full") {
    return refuseFlagValue(durability, { flag: "durability", expected: '"normal" or "full"' });
  }
  const isHeaderTrusted = trust.value.trustedSenders.length > 0;
  const network = readNetworkOptions(flags, { port: port.value, isHeaderTrusted });
  if (!network.ok) return network;
  return {
    ok: true,
    value: {
      ...trust.value,
      ...relay.value,
      port: port.value,
      network: network.value,
      rateLimitPerMinute: rateLimit.value,
      maxStreams: maxStreams.value,
      maxStreamsPerSender: maxStreamsPerSender.value,
      stateDir: flags["state-dir"],
      durability,
      defaultSession: flags["default-session"],
      retainMs: retain.value,
      retainBytes: retainSize.value * 1024 * 1024,
    },
  };
}

/**
 * Reads the command line of `gateway`.
 *
 * @param args The arguments after the command's name.
 */
export function readGatewayOptions(args: readonly string[]): FlagValue<GatewayOptions> {
  const parsed = readFlags(args, GATEWAY_FLAGS);
  return parsed.ok ? toGatewayOptions(parsed.flags) : parsed;
}

/**
 * Reads the command line of `serve`.
 *
 * @param args The arguments after the command's name.
 */
export function readServeOptions(args: readonly string[]): FlagValue<ServeOptions> {
  const parsed = readFlags(args, SERVE_FLAGS);
  if (!parsed.ok) return parsed;
  const common = toGatewayOptions(parsed.flags);
  if (!common.ok) return common;
  const text = parsed.flags["redeliver-after"];
  if (text === undefined) {
    return { ok: true, value: { ...common.value, redeliverAfterMs: undefined } };
  }
  const redeliverAfter = readDurationFlag(text, { flag: "redeliver-after" });
  return redeliverAfter.ok
    ? { ok: true, value: { ...common.value, redeliverAfterMs: redeliverAfter.value } }
    : redeliverAfter;
}
