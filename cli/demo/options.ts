import { DEFAULT_PORT, type FlagValue, readPortFlag } from "../../lib/cli/flag_value.ts";
import { type FlagSpec, readFlags } from "../../lib/cli/read_flags.ts";
import { STATE_DIR_FLAG } from "../../lib/cli/common_flags.ts";

/** What `demo` is asked for on the command line. */
export interface DemoOptions {
  /** The port on 127.0.0.1; without one a free port is taken when the usual one is not free. */
  readonly port: number | undefined;
  /** Whether to stay open as a stand-in for Claude. */
  readonly interactive: boolean;
  /** The state folder of the server; without one a temporary folder is made, and removed at the end. */
  readonly stateDir: string | undefined;
}

/** The flags of `demo`. */
export const DEMO_FLAGS = {
  "interactive": { help: "stay open as a stand-in for Claude" },
  "port": { value: "number", help: `port on 127.0.0.1 (default ${DEFAULT_PORT} or a free one)` },
  "state-dir": {
    ...STATE_DIR_FLAG["state-dir"],
    help: "where events are kept (default a temporary folder)",
  },
} as const satisfies Record<string, FlagSpec>;

/**
 * Reads the command line of `demo`.
 *
 * @param args The arguments after the command's name.
 */
export function readDemoOptions(args: readonly string[]): FlagValue<DemoOptions> {
  const parsed = readFlags(args, DEMO_FLAGS);
  if (!parsed.ok) return parsed;
  const { flags } = parsed;
  const options = {
    interactive: flags.interactive === true,
    stateDir: flags["state-dir"] || undefined,
  };
  if (flags.port === undefined) return { ok: true, value: { ...options, port: undefined } };
  const port = readPortFlag(flags.port);
  return port.ok ? { ok: true, value: { ...options, port: port.value } } : port;
}
