import { type JournalViewOptions, STATE_DIR_FLAG } from "./common_flags.ts";
import { EVENTS_FLAGS } from "./events_options.ts";
import type { FlagValue } from "./flag_value.ts";
import { type FlagSpec, readFlags } from "./read_flags.ts";

/** What `sessions` is asked for on the command line. */
export interface SessionsOptions extends JournalViewOptions {
  /** Whether sessions that have ended are listed as well. */
  readonly all: boolean;
}

/** The flags of `sessions`. */
export const SESSIONS_FLAGS = {
  "all": { help: "the newest 50 sessions, also those that have ended" },
  "json": EVENTS_FLAGS.json,
  ...STATE_DIR_FLAG,
} as const satisfies Record<string, FlagSpec>;

/**
 * Reads the command line of `sessions`.
 *
 * @param args The arguments after the command's name.
 */
export function readSessionsOptions(args: readonly string[]): FlagValue<SessionsOptions> {
  const parsed = readFlags(args, SESSIONS_FLAGS);
  if (!parsed.ok) return parsed;
  const { all, json, "state-dir": stateDir } = parsed.flags;
  return { ok: true, value: { all: all === true, json: json === true, stateDir } };
}
