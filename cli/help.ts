import { ACCESS_FLAGS } from "../lib/cli/access_options.ts";
import { EVENTS_FLAGS } from "../lib/cli/events_options.ts";
import { formatFlags } from "../lib/cli/read_flags.ts";
import { GATEWAY_FLAGS, SERVE_FLAGS } from "../lib/cli/serve_options.ts";
import { SESSIONS_FLAGS } from "../lib/cli/sessions_options.ts";
import { SOURCE_FLAGS } from "../lib/cli/source_options.ts";
import { PROVIDER_NAMES } from "../lib/sources/providers/kinds.ts";
import { DEMO_FLAGS } from "./demo/options.ts";

/** The kinds of sources, ten in a line. */
function formatKinds(): string {
  const lines = [PROVIDER_NAMES.slice(0, 10), PROVIDER_NAMES.slice(10)];
  return lines.map((kinds) => `  ${kinds.join(", ")}`).join(",\n");
}

/** The text of `--help`. */
export function formatHelp(): string {
  return `deno-channel: a channel server for Claude Code

Usage: deno-channel [serve] [flags]              serve one session over stdio and HTTP (the default)
       deno-channel gateway [flags]              hold the port and keep events, without a session
       deno-channel events [flags]               list events, the newest first
       deno-channel events show <id> [flags]     show all of an event
       deno-channel events replay <id> [flags]   push an event again, as a new one
       deno-channel sessions [flags]             list the sessions that are open
       deno-channel access [list] [flags]        list who is let in, and who asks to be
       deno-channel access pair <code> [flags]   let the device in that shows the code
       deno-channel access add <id> [flags]      let a program in, and show its token once
       deno-channel access remove <id>           let it in no more
       deno-channel access rights <id> <rights>  say what it may do: speak, approve, both or none
       deno-channel access policy [<policy>]     say who can get in: pairing, allowlist or disabled
       deno-channel access token rotate <id>     replace its token, and end its sign-ins
       deno-channel access restore               bring the last good copy of the access file back
       deno-channel access log [flags]           list who did what, the newest first
       deno-channel source [list] [flags]        list where webhooks come from
       deno-channel source add <kind> [flags]    take the webhooks of one more source
       deno-channel source remove <name>         take them no more
       deno-channel source test <name> [<file>]  post a signed sample, or a file, to the server
       deno-channel source explain <id>          say which check, filter and rule decided
       deno-channel demo [flags]                 show the channel at work, without Claude Code
       deno-channel --help | --version

"deno-channel" stands for "deno task" in the project's folder, where serve is called start, or for the
executable that "deno task compile" makes.

Flags of serve and gateway:
${formatFlags(GATEWAY_FLAGS)}

Further flags of serve:
${formatFlags({ "redeliver-after": SERVE_FLAGS["redeliver-after"] })}

Flags of events:
${formatFlags(EVENTS_FLAGS)}

Flags of sessions:
${formatFlags(SESSIONS_FLAGS)}

Flags of access:
${formatFlags(ACCESS_FLAGS)}

Flags of source:
${formatFlags(SOURCE_FLAGS)}

Kinds of sources:
${formatKinds()}

Flags of demo:
${formatFlags(DEMO_FLAGS)}

Exit codes: 0 done, 1 failed, 2 wrong usage`;
}
