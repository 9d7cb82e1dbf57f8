import { DEFAULT_PORT, FOLDER } from "./common_flags.ts";
import { flag, number, toggle } from "./flags.ts";
import { type Commands, type OptionsOf, type Parsed, readCommand } from "./read_command.ts";

export const DEMO_COMMANDS = {
  demo: {
    words: "",
    summary: "show the channel at work, without Claude Code",
    flags: {
      interactive: toggle("interactive", "stay open as a stand-in for Claude"),
      port: number("port", {
        help: "port on 127.0.0.1",
        min: 1,
        max: 65535,
        otherwise: `${DEFAULT_PORT} or a free one`,
      }),
      stateDir: flag("state-dir", {
        value: "folder",
        help: "where events are kept",
        otherwise: "a temporary folder",
        ...FOLDER,
      }),
    },
  },
} satisfies Commands;

export type DemoOptions = OptionsOf<typeof DEMO_COMMANDS>;

export function readDemoOptions(args: readonly string[]): Parsed<DemoOptions> {
  return readCommand("demo", DEMO_COMMANDS, args);
}
