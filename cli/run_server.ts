import type { GatewayOptions } from "../lib/serve_options.ts";
import { describeFault } from "../server/describe_fault.ts";
import { createLogger } from "../server/log.ts";
import { HOSTNAME } from "../server/port_role.ts";
import type { ServeEnvironment } from "../server/serve.ts";
import { listenForTermination } from "../server/termination.ts";
import { reportCorruptJournals } from "./report_corrupt_journals.ts";
import { findStateDir } from "./state_dir.ts";
import { printError } from "./terminal.ts";

/**
 * Runs a server until it ends or is asked to: checks its permissions first, and keeps it alive through
 * faults that nobody foresaw.
 *
 * @param options What was asked for on the command line.
 * @param run Runs the server.
 * @returns The exit code.
 */
export async function runServer(
  options: GatewayOptions,
  run: (environment: ServeEnvironment) => Promise<void>,
): Promise<number> {
  const log = createLogger();
  const address = `${HOSTNAME}:${options.port}`;
  if (Deno.permissions.querySync({ name: "net", host: address }).state !== "granted") {
    printError(
      `deno-channel: Cannot listen on ${address}: Deno was started without --allow-net=${address}`,
    );
    return 1;
  }
  const stateDir = findStateDir(options.stateDir);
  if (stateDir === undefined) return 1;
  reportCorruptJournals(stateDir, (line) => log.warn(line));
  const survive = (event: Event, fault: unknown) => {
    event.preventDefault();
    log.warn(`Unexpected failure, the server goes on: ${describeFault(fault)}`);
  };
  globalThis.addEventListener("unhandledrejection", (event) => survive(event, event.reason));
  globalThis.addEventListener("error", (event) => survive(event, event.error));
  using termination = listenForTermination();
  await run({ stateDir, log, terminated: termination.signal });
  return 0;
}
