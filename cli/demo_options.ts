import type { FlagSpec } from "../lib/read_flags.ts";
import { readFlags } from "../lib/read_flags.ts";
import { DEFAULT_PORT, type OptionsResult, readNumberFlag } from "../lib/serve_options.ts";

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
  "state-dir": { value: "folder", help: "where events are kept (default a temporary folder)" },
} as const satisfies Record<string, FlagSpec>;

/**
 * Reads the command line of `demo`.
 *
 * @param args The arguments after the command's name.
 */
export function readDemoOptions(args: readonly string[]): OptionsResult<DemoOptions> {
  const parsed = readFlags(args, DEMO_FLAGS);
  if (!parsed.ok) return parsed;
  const { flags } = parsed;
  const options = { interactive: flags.interactive === true, stateDir: flags["state-dir"] };
  if (flags.port === undefined) return { ok: true, options: { ...options, port: undefined } };
  const port = readNumberFlag(flags.port, { flag: "port", min: 1, max: 65535 });
  return port.ok ? { ok: true, options: { ...options, port: port.value } } : port;
}
