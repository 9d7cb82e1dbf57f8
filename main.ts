/**
 * The command line: runs one command and sets the exit code.
 *
 * @module
 */

import { runServe } from "./cli/serve.ts";
import { print, printError, printUsageError } from "./cli/shared/terminal.ts";
import { VERSION } from "./lib/version.ts";

async function main(args: readonly string[]): Promise<number> {
  const [command = "serve", ...rest] = args;
  if (args.includes("--help") || args.includes("-h")) {
    const { formatHelp } = await import("./cli/help.ts");
    print(formatHelp());
    return 0;
  }
  if (args.includes("--version") || args.includes("-V")) {
    print(`deno-channel ${VERSION}`);
    return 0;
  }
  if (command === "demo") {
    const { runDemo } = await import("./cli/demo/mod.ts");
    return await runDemo(rest, import.meta.url);
  }
  if (command === "gateway") {
    const { runGateway } = await import("./cli/gateway.ts");
    return await runGateway(rest);
  }
  if (command === "events") {
    const { runEvents } = await import("./cli/events/mod.ts");
    return await runEvents(rest);
  }
  if (command === "sessions") {
    const { runSessions } = await import("./cli/sessions.ts");
    return await runSessions(rest);
  }
  if (command === "access") {
    const { runAccess } = await import("./cli/access/mod.ts");
    return await runAccess(rest);
  }
  if (command === "source") {
    const { runSource } = await import("./cli/source/mod.ts");
    return await runSource(rest);
  }
  if (command === "serve") return await runServe(rest);
  if (command.startsWith("-")) return await runServe(args);
  return printUsageError(
    `Unknown command "${command}": expected serve, gateway, events, sessions, access, source or demo`,
  );
}

if (import.meta.main) {
  let exitCode = 1;
  try {
    exitCode = await main(Deno.args);
  } catch (error) {
    printError(`deno-channel: ${(error as Error).message}`);
  }
  // The read of stdin that is still under way would keep the process alive.
  Deno.exit(exitCode);
}
