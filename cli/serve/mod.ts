import { readServeOptions } from "../../lib/cli/serve_options.ts";
import { serve } from "../../server/serve.ts";
import { runServer } from "./run_server.ts";
import { printProblem, printUsageError } from "../shared/terminal.ts";

/** Runs `serve`, the server that Claude Code starts. */
export async function runServe(args: readonly string[]): Promise<number> {
  const parsed = readServeOptions(args);
  if (!parsed.ok) return await printUsageError(parsed);
  return await runServer(parsed.value, (environment) => {
    if (Deno.stdin.isTerminal()) {
      printProblem(
        "Waiting for an MCP client on standard input; the port opens after its " +
          "handshake. Claude Code starts this command itself. To see the channel work without it, " +
          'run "deno task demo"; to keep events without a session, run the command gateway',
      );
    }
    return serve(parsed.value, environment);
  });
}
