import { isSenderId } from "./allowlist.ts";
import { tryParseDurationMs } from "./duration.ts";
import { type Flags, type FlagSpec, readFlags } from "./read_flags.ts";

/** What the process that holds the port is asked for on the command line. */
export interface GatewayOptions {
  /** The port on 127.0.0.1; `0` takes a free one. */
  readonly port: number;
  /** The senders whose `X-Sender` header is believed. */
  readonly trustedSenders: readonly string[];
  /** Whether permission requests may be relayed. */
  readonly relay: boolean;
  /** How many streams there may be at `GET /events`. */
  readonly maxStreams: number;
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

/** A value, or a message that names the flag, the value and what is allowed. */
export type OptionsResult<T> =
  | { readonly ok: true; readonly options: T }
  | { readonly ok: false; readonly message: string };

/** The port of the documented walkthrough. */
export const DEFAULT_PORT = 8788;

/** The flag that every command that touches the journal has. */
export const STATE_DIR_FLAG = {
  "state-dir": {
    value: "folder",
    help: "where events are kept (default ~/.claude/channels/webhook)",
  },
} as const satisfies Record<string, FlagSpec>;

/** The flags of `gateway`. */
export const GATEWAY_FLAGS = {
  "port": {
    value: "number",
    help: `port on 127.0.0.1 (default ${DEFAULT_PORT}, 0 takes a free one)`,
  },
  "trust-header": {
    value: "names",
    help: "senders whose X-Sender header is believed, separated by commas (default nobody)",
  },
  "no-relay": { help: "do not relay permission requests" },
  "max-streams": { value: "number", help: "most listeners at GET /events (default 256)" },
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

/** Which numbers a flag takes. */
export interface NumberFlagOptions {
  /** The name of the flag. */
  readonly flag: string;
  /** The least that is allowed. */
  readonly min: number;
  /** The most that is allowed. */
  readonly max: number;
}

type FlagValue<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly message: string };

function invalid(text: string, flag: string, expected: string): { ok: false; message: string } {
  return { ok: false, message: `Invalid value "${text}" for --${flag}: expected ${expected}` };
}

/**
 * Reads a whole number out of the text of a flag.
 *
 * @returns The number, or a message that names the flag, the value and what is allowed.
 */
export function readNumberFlag(
  text: string,
  { flag, min, max }: NumberFlagOptions,
): FlagValue<number> {
  const value = /^\d{1,9}$/.test(text) ? Number(text) : NaN;
  if (value >= min && value <= max) return { ok: true, value };
  return invalid(text, flag, `a whole number from ${min} to ${max}`);
}

function readDurationFlag(text: string, flag: string): FlagValue<number> {
  const value = tryParseDurationMs(text);
  return value === undefined
    ? invalid(text, flag, 'a duration such as "10m", "2h" or "30d"')
    : { ok: true, value };
}

function readNamesFlag(text: string | undefined, flag: string): FlagValue<readonly string[]> {
  const names = text?.split(",") ?? [];
  const wrong = names.find((name) => !isSenderId(name));
  return wrong === undefined
    ? { ok: true, value: names }
    : invalid(wrong, flag, 'names of letters, digits and "._@-", separated by commas');
}

function toGatewayOptions(flags: Flags<typeof GATEWAY_FLAGS>): OptionsResult<GatewayOptions> {
  const port = readNumberFlag(flags.port ?? String(DEFAULT_PORT), {
    flag: "port",
    min: 0,
    max: 65535,
  });
  const maxStreams = readNumberFlag(flags["max-streams"] ?? "256", {
    flag: "max-streams",
    min: 1,
    max: 65536,
  });
  const retain = readDurationFlag(flags.retain ?? "30d", "retain");
  const retainSize = readNumberFlag(flags["retain-size"] ?? "256", {
    flag: "retain-size",
    min: 1,
    max: 1024 * 1024,
  });
  const trustedSenders = readNamesFlag(flags["trust-header"], "trust-header");
  const { durability = "normal" } = flags;
  if (!port.ok) return port;
  if (!maxStreams.ok) return maxStreams;
  if (!retain.ok) return retain;
  if (!retainSize.ok) return retainSize;
  if (!trustedSenders.ok) return trustedSenders;
  if (durability !== "normal" && durability !== "full") {
    return invalid(durability, "durability", '"normal" or "full"');
  }
  return {
    ok: true,
    options: {
      port: port.value,
      trustedSenders: trustedSenders.value,
      relay: flags["no-relay"] === undefined,
      maxStreams: maxStreams.value,
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
export function readGatewayOptions(args: readonly string[]): OptionsResult<GatewayOptions> {
  const parsed = readFlags(args, GATEWAY_FLAGS);
  return parsed.ok ? toGatewayOptions(parsed.flags) : parsed;
}

/**
 * Reads the command line of `serve`.
 *
 * @param args The arguments after the command's name.
 */
export function readServeOptions(args: readonly string[]): OptionsResult<ServeOptions> {
  const parsed = readFlags(args, SERVE_FLAGS);
  if (!parsed.ok) return parsed;
  const common = toGatewayOptions(parsed.flags);
  if (!common.ok) return common;
  const text = parsed.flags["redeliver-after"];
  if (text === undefined) {
    return { ok: true, options: { ...common.options, redeliverAfterMs: undefined } };
  }
  const redeliverAfter = readDurationFlag(text, "redeliver-after");
  return redeliverAfter.ok
    ? { ok: true, options: { ...common.options, redeliverAfterMs: redeliverAfter.value } }
    : redeliverAfter;
}
