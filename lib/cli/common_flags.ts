import { flag, number, paths, type Reader, toggle } from "./flags.ts";

/** The port of the documented walkthrough. */
export const DEFAULT_PORT = 8788;

/** Reads the path of a state folder. */
export const FOLDER: Reader<string> = paths("a folder, and each variable in it set");

/** The flag of every command that works on the state folder. */
export const STATE_DIR = flag("state-dir", {
  value: "folder",
  help: "where events are kept",
  otherwise: "${CLAUDE_CONFIG_DIR:-~/.claude}/channels/webhook",
  ...FOLDER,
});

/** The flag of every command with output for programs. */
export const JSON_OUTPUT = toggle("json", "print one JSON object per line");

/** The flag of every command that lists rows of the journal. */
export const LIMIT = number("limit", {
  help: "list so many, the newest; at most 1000",
  min: 1,
  max: 1000,
  usual: 50,
});

/** The flag of every command that talks to the process that holds the port. */
export const OWNER_PORT = number("port", {
  help: "the port of the server",
  min: 1,
  max: 65535,
  usual: DEFAULT_PORT,
});
