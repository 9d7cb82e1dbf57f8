import { ACCESS_COMMANDS } from "../../lib/cli/access_options.ts";
import { DEMO_COMMANDS } from "../../lib/cli/demo_options.ts";
import { EVENTS_COMMANDS } from "../../lib/cli/events_options.ts";
import { formatHelp, type HelpPart } from "../../lib/cli/format_help.ts";
import { GATEWAY_COMMANDS, SERVE_COMMANDS } from "../../lib/cli/serve_options.ts";
import { SESSIONS_COMMANDS } from "../../lib/cli/sessions_options.ts";
import { SOURCE_COMMANDS } from "../../lib/cli/source_options.ts";
import { PROVIDER_NAMES } from "../../lib/sources/providers/kinds.ts";

const HALF = Math.ceil(PROVIDER_NAMES.length / 2);

const PARTS: readonly HelpPart[] = [
  {
    title: "serve and gateway",
    family: "",
    commands: {
      serve: { ...SERVE_COMMANDS.serve, words: "serve", isDefault: true },
      gateway: { ...GATEWAY_COMMANDS.gateway, words: "gateway" },
    },
  },
  { title: "events", family: "events", commands: EVENTS_COMMANDS },
  { title: "sessions", family: "sessions", commands: SESSIONS_COMMANDS },
  { title: "access", family: "access", commands: ACCESS_COMMANDS },
  {
    title: "source",
    family: "source",
    commands: SOURCE_COMMANDS,
    notes: [
      "Kinds of sources:",
      `  ${PROVIDER_NAMES.slice(0, HALF).join(", ")},`,
      `  ${PROVIDER_NAMES.slice(HALF).join(", ")}`,
    ],
  },
  {
    title: "demo",
    family: "",
    commands: { demo: { ...DEMO_COMMANDS.demo, words: "demo" } },
  },
];

/**
 * Formats the text of `--help`.
 *
 * @param args The command line: the help about the command that it begins with, or about all of them.
 */
export function formatHelpText(args: readonly string[]): string {
  const end = args.findIndex((arg) => arg.startsWith("-"));
  return [
    "deno-channel: a channel server for Claude Code",
    "",
    ...formatHelp(PARTS, end === -1 ? args : args.slice(0, end)),
    "",
    "-h and --help show the help about a command, -V and --version the version.",
    "Flags may stand anywhere; arguments after -- are no flags.",
    'In messages, "deno-channel" stands for "deno task" in the project\'s folder, where serve is called',
    'start, or for the executable that "deno task compile" makes.',
    "Exit codes: 0 done, 1 failed, 2 wrong usage",
  ].join("\n");
}
