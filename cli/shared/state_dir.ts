import { chooseStateDir } from "../../lib/cli/state_dir.ts";
import { readEnv } from "../../server/runtime/read_env.ts";
import { findStateFault } from "../../server/state/guard.ts";
import { printProblem } from "./terminal.ts";

const HOME_VARIABLE = Deno.build.os === "windows" ? "USERPROFILE" : "HOME";

function findFault(path: string): string | undefined {
  for (const name of ["read", "write"] as const) {
    if (Deno.permissions.querySync({ name, path }).state === "granted") continue;
    return `Cannot keep events in ${path}: Deno was started without --allow-${name}=${path}`;
  }
  try {
    const fault = findStateFault(path);
    return fault && `Cannot trust the state folder: ${fault}`;
  } catch (error) {
    const { message } = error as Error;
    return `Cannot use ${path}: ${message}. Give another one with --state-dir`;
  }
}

/**
 * Finds the state folder, and checks that this process may use it and that no other user can write it.
 *
 * @returns The path, or `undefined` after the problem was printed.
 */
export function findStateDir(flag: string | undefined): string | undefined {
  const chosen = chooseStateDir({
    flag,
    configDir: readEnv("CLAUDE_CONFIG_DIR"),
    home: readEnv(HOME_VARIABLE),
  });
  const problem = chosen.ok ? findFault(chosen.path) : chosen.message;
  if (problem !== undefined) printProblem(problem);
  return chosen.ok && problem === undefined ? chosen.path : undefined;
}
