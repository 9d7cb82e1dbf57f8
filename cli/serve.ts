import { readServeOptions } from "../lib/serve_options.ts";
import { describeFault } from "../server/describe_fault.ts";
import { createLogger } from "../server/log.ts";
import { HOSTNAME, serve } from "../server/serve.ts";
import { listenForTermination } from "../server/termination.ts";
import { printError, printUsageError } from "./terminal.ts";

/**
 * `serve`: the server that Claude Code starts.
 *
 * @param args The arguments after the command's name.
 * @returns The exit code.
 */
export async function runServe(args: readonly string[]): Promise<number> {
  const parsed = readServeOptions(args);
  if (!parsed.ok) return printUsageError(parsed.message);
  const { options } = parsed;
  const log = createLogger();
  const address = `${HOSTNAME}:${options.port}`;
  if (Deno.permissions.querySync({ name: "net", host: address }).state !== "granted") {
    printError(
      `deno-channel: Cannot listen on ${address}: Deno was started without --allow-net=${address}`,
    );
    return 1;
  }
  if (Deno.stdin.isTerminal()) {
    log.info(
      "Waiting for an MCP client on standard input; the port opens after its handshake. Claude " +
        'Code starts this command itself. To see the channel work without it, run "deno task demo"',
    );
  }
  // A fault that nobody foresaw must not take the session down.
  const survive = (event: Event, fault: unknown) => {
    event.preventDefault();
    log.warn(`Unexpected failure, the session goes on: ${describeFault(fault)}`);
  };
  globalThis.addEventListener("unhandledrejection", (event) => survive(event, event.reason));
  globalThis.addEventListener("error", (event) => survive(event, event.error));
  using termination = listenForTermination();
  await serve(options, { log, terminated: termination.signal });
  return 0;
}
