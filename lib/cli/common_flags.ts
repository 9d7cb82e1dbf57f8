import type { FlagSpec } from "./read_flags.ts";

/** The flag that every command that touches the journal has. */
export const STATE_DIR_FLAG = {
  "state-dir": {
    value: "folder",
    help: "where events are kept (default ${CLAUDE_CONFIG_DIR:-~/.claude}/channels/webhook)",
    check: {
      // Claude Code passes a variable that is not set as it was written.
      isValue: (text) => !text.includes("${"),
      expected: "a folder, and each variable in it set",
    },
  },
} as const satisfies Record<string, FlagSpec>;

/** What every command that reads the journal is asked for on the command line. */
export interface JournalViewOptions {
  /** The folder of the journal; `undefined` for the usual one. */
  readonly stateDir: string | undefined;
  /** Whether the output is for programs: one JSON object per line. */
  readonly json: boolean;
}
