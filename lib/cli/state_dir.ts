import { CHANNEL_NAME } from "../version.ts";

/** The settings that the state folder depends on. */
export interface StateDirSources {
  /** `--state-dir`. */
  readonly flag?: string | undefined;
  /** The environment variable `CLAUDE_CONFIG_DIR`. */
  readonly configDir?: string | undefined;
  /** The environment variable `HOME`, or `USERPROFILE` on Windows. */
  readonly home?: string | undefined;
}

/**
 * Chooses the state folder: the flag, else `${CLAUDE_CONFIG_DIR:-~/.claude}/channels/<name>`.
 *
 * @returns The path, or a message that says what is wrong and what is expected.
 */
export function chooseStateDir(
  { flag, configDir, home }: StateDirSources,
): { readonly ok: true; readonly path: string } | { readonly ok: false; readonly message: string } {
  // With a slash at its end, a link would look like the folder that it leads to.
  if (flag !== undefined) return { ok: true, path: flag.replace(/\/+(?:\.\/+)*\.?$/, "") || "/" };
  const config = configDir || (home && `${home}/.claude`);
  if (config) return { ok: true, path: `${config}/channels/${CHANNEL_NAME}` };
  return {
    ok: false,
    message:
      "Cannot find the state folder: give --state-dir, or set HOME and allow the command to " +
      "ask for it with --allow-env=CLAUDE_CONFIG_DIR,HOME",
  };
}
