import { JSON_OUTPUT, STATE_DIR } from "./common_flags.ts";
import { toggle } from "./flags.ts";
import { type Commands, type OptionsOf, type Parsed, readCommand } from "./read_command.ts";

export const SESSIONS_COMMANDS = {
  list: {
    isDefault: true,
    summary: "list the sessions that are open",
    flags: {
      all: toggle("all", "list the newest 50 sessions, also those that have ended"),
      json: JSON_OUTPUT,
      stateDir: STATE_DIR,
    },
  },
} satisfies Commands;

export type SessionsOptions = OptionsOf<typeof SESSIONS_COMMANDS>;

export function readSessionsOptions(args: readonly string[]): Parsed<SessionsOptions> {
  return readCommand("sessions", SESSIONS_COMMANDS, args);
}
