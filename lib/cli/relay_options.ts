import { type FlagValue, readDurationFlag, readListFlag } from "./flag_value.ts";
import type { Flags, FlagSpec } from "./read_flags.ts";
import { isToolPattern, type RelayFilter } from "../permission/relay_filter.ts";

/** Which permission requests are relayed, and for how long they can be answered. */
export interface RelayOptions {
  /** Whether permission requests may be relayed. */
  readonly relay: boolean;
  /** The tools whose requests are relayed; empty for all of them. */
  readonly relayFilter: RelayFilter;
  /** How long a permission request can be answered, in milliseconds. */
  readonly permissionExpiryMs: number;
}

/** The flags about permission requests. */
export const RELAY_FLAGS = {
  "no-relay": { help: "do not relay permission requests" },
  "relay-tools": {
    value: "names",
    help: 'relay requests of these tools only, "*" at the end for a prefix (default all)',
  },
  "relay-except": {
    value: "names",
    help: "relay requests of all tools but these (default none)",
  },
  "permission-expiry": {
    value: "duration",
    help: "how long a permission request can be answered, at most 24h (default 30m)",
  },
} as const satisfies Record<string, FlagSpec>;

function readToolsFlag(
  text: string | undefined,
  flag: "relay-tools" | "relay-except",
): FlagValue<readonly string[]> {
  return readListFlag(text, {
    flag,
    isItem: isToolPattern,
    expected: 'names of tools, separated by commas, such as "Bash" or "mcp__github__*"',
  });
}

/**
 * Reads what the command line says about permission requests.
 *
 * @returns The options, or a message that says what is wrong and what is expected.
 */
export function readRelayOptions(flags: Flags<typeof RELAY_FLAGS>): FlagValue<RelayOptions> {
  const { "relay-tools": onlyText, "relay-except": exceptText } = flags;
  if (onlyText !== undefined && exceptText !== undefined) {
    return {
      ok: false,
      message: "Cannot use --relay-tools with --relay-except: expected one of them",
    };
  }
  const only = readToolsFlag(onlyText, "relay-tools");
  const except = readToolsFlag(exceptText, "relay-except");
  const expiry = readDurationFlag(flags["permission-expiry"] ?? "30m", {
    flag: "permission-expiry",
    max: "24h",
  });
  if (!only.ok) return only;
  if (!except.ok) return except;
  if (!expiry.ok) return expiry;
  return {
    ok: true,
    value: {
      relay: flags["no-relay"] === undefined,
      relayFilter: {
        ...(onlyText !== undefined && { only: only.value }),
        ...(exceptText !== undefined && { except: except.value }),
      },
      permissionExpiryMs: expiry.value,
    },
  };
}
