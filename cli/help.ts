import { formatFlags } from "../lib/read_flags.ts";
import { SERVE_FLAGS } from "../lib/serve_options.ts";
import { DEMO_FLAGS } from "./demo_options.ts";

/** The text of `--help`. */
export function formatHelp(): string {
  return `deno-channel: a channel server for Claude Code

Usage: deno-channel [serve] [flags]   serve one session over stdio and HTTP (the default)
       deno-channel demo [flags]      show the channel at work, without Claude Code
       deno-channel --help | --version

Flags of serve:
${formatFlags(SERVE_FLAGS)}

Flags of demo:
${formatFlags(DEMO_FLAGS)}

Exit codes: 0 done, 1 failed, 2 wrong usage`;
}
