import { chooseStateDir } from "../../lib/cli/state_dir.ts";
import { readEnv } from "../../server/runtime/read_env.ts";
import { findStateFault } from "../../server/state/guard.ts";
import { printError } from "./terminal.ts";

const HOME_VARIABLE = Deno.build.os === "windows" ? "USERPROFILE" : "HOME";

/**
 * Finds the state folder, and checks that the process may use it and nobody else can write it.
 *
 * @param flag The value of `--state-dir`, if it was given.
 * @returns The path, or `undefined` after it was said what is wrong.
 */
export function findStateDir(flag: string | undefined): string | undefined {
  const chosen = chooseStateDir({
    flag,
    configDir: readEnv("CLAUDE_CONFIG_DIR"),
    home: readEnv(HOME_VARIABLE),
  });
  if (!chosen.ok) {
    printError(`deno-channel: ${chosen.message}`);
    return undefined;
  }
  const { path } = chosen;
  for (const name of ["read", "write"] as const) {
    if (Deno.permissions.querySync({ name, path }).state === "granted") continue;
    printError(
      `deno-channel: Cannot keep events in ${path}: Deno was started without --allow-${name}=${path}`,
    );
    return undefined;
  }
  try {
    const fault = findStateFault(path);
    if (fault === undefined) return path;
    printError(`deno-channel: Cannot trust the state folder: ${fault}`);
  } catch (error) {
    const { message } = error as Error;
    printError(`deno-channel: Cannot use ${path}: ${message}. Give another one with --state-dir`);
  }
  return undefined;
}
