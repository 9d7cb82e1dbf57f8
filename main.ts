/**
 * The command line: runs one command and sets the exit code.
 *
 * @module
 */

import { runServe } from "./cli/serve/mod.ts";
import { print, printProblem, printUsageError } from "./cli/shared/terminal.ts";
import { refuse } from "./lib/cli/read_command.ts";
import { VERSION } from "./lib/version.ts";

type Run = (args: readonly string[]) => Promise<number>;

/** The commands. Only `serve` is loaded at the start: a session needs no other. */
const COMMANDS: ReadonlyMap<string, () => Run | Promise<Run>> = new Map([
  ["serve", (): Run | Promise<Run> => runServe],
  ["gateway", async () => (await import("./cli/gateway/mod.ts")).runGateway],
  ["events", async () => (await import("./cli/events/mod.ts")).runEvents],
  ["sessions", async () => (await import("./cli/sessions/mod.ts")).runSessions],
  ["access", async () => (await import("./cli/access/mod.ts")).runAccess],
  ["source", async () => (await import("./cli/source/mod.ts")).runSource],
  ["demo", async () => {
    const { runDemo } = await import("./cli/demo/mod.ts");
    return (args) => runDemo(args, import.meta.url);
  }],
]);

async function main(args: readonly string[]): Promise<number> {
  const end = args.indexOf("--");
  const isGiven = (...flags: readonly string[]) =>
    args.slice(0, end === -1 ? undefined : end).some((arg) => flags.includes(arg));
  if (isGiven("--help", "-h")) {
    const { formatHelpText } = await import("./cli/help/mod.ts");
    print(formatHelpText(args));
    return 0;
  }
  if (isGiven("--version", "-V")) {
    print(`deno-channel ${VERSION}`);
    return 0;
  }
  const [word = ""] = args;
  if (word === "" || word.startsWith("-")) return await runServe(args);
  const load = COMMANDS.get(word);
  if (load !== undefined) return await (await load())(args.slice(1));
  const known = [...COMMANDS.keys()];
  const fault = refuse(`Unknown command "${word}"`, `expected one of ${known.join(", ")}`);
  return await printUsageError({ ...fault, unknown: { word, known } });
}

if (import.meta.main) {
  let exitCode = 1;
  try {
    exitCode = await main(Deno.args);
  } catch (error) {
    printProblem((error as Error).message);
  }
  // The read of stdin that is still under way would keep the process alive.
  Deno.exit(exitCode);
}
