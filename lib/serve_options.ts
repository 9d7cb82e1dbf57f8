import { isSenderId } from "./allowlist.ts";
import { type FlagSpec, readFlags } from "./read_flags.ts";

/** What `serve` is asked for on the command line. */
export interface ServeOptions {
  /** The port on 127.0.0.1; `0` takes a free one. */
  readonly port: number;
  /** The senders whose `X-Sender` header is believed. */
  readonly trustedSenders: readonly string[];
  /** Whether permission requests may be relayed. */
  readonly relay: boolean;
  /** How many streams there may be at `GET /events`. */
  readonly maxStreams: number;
}

/** A value, or a message that names the flag, the value and what is allowed. */
export type OptionsResult<T> =
  | { readonly ok: true; readonly options: T }
  | { readonly ok: false; readonly message: string };

/** The port of the documented walkthrough. */
export const DEFAULT_PORT = 8788;

/** The flags of `serve`. */
export const SERVE_FLAGS = {
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

/**
 * Reads a whole number out of the text of a flag.
 *
 * @returns The number, or a message that names the flag, the value and what is allowed.
 */
export function readNumberFlag(
  text: string,
  { flag, min, max }: NumberFlagOptions,
): { readonly ok: true; readonly value: number } | {
  readonly ok: false;
  readonly message: string;
} {
  const value = /^\d{1,9}$/.test(text) ? Number(text) : NaN;
  if (value >= min && value <= max) return { ok: true, value };
  return {
    ok: false,
    message: `Invalid value "${text}" for --${flag}: expected a whole number from ${min} to ${max}`,
  };
}

/**
 * Reads the command line of `serve`.
 *
 * @param args The arguments after the command's name.
 */
export function readServeOptions(args: readonly string[]): OptionsResult<ServeOptions> {
  const parsed = readFlags(args, SERVE_FLAGS);
  if (!parsed.ok) return parsed;
  const { flags } = parsed;
  const port = readNumberFlag(flags.port ?? String(DEFAULT_PORT), {
    flag: "port",
    min: 0,
    max: 65535,
  });
  if (!port.ok) return port;
  const maxStreams = readNumberFlag(flags["max-streams"] ?? "256", {
    flag: "max-streams",
    min: 1,
    max: 65536,
  });
  if (!maxStreams.ok) return maxStreams;
  const trustedSenders = flags["trust-header"]?.split(",") ?? [];
  const invalid = trustedSenders.find((sender) => !isSenderId(sender));
  if (invalid !== undefined) {
    return {
      ok: false,
      message: `Invalid value "${invalid}" for --trust-header: ` +
        'expected names of letters, digits and "._@-", separated by commas',
    };
  }
  return {
    ok: true,
    options: {
      port: port.value,
      trustedSenders,
      relay: flags["no-relay"] === undefined,
      maxStreams: maxStreams.value,
    },
  };
}
