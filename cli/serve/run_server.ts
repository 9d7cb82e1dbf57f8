import type { GatewayOptions } from "../../lib/cli/serve_options.ts";
import { createLogger, describeFault } from "../../server/runtime/log.ts";
import { LogQueue } from "../../server/runtime/log_queue.ts";
import { HOSTNAME } from "../../lib/http/loopback.ts";
import type { ServeEnvironment } from "../../server/serve.ts";
import { listenForTermination } from "../../server/runtime/termination.ts";
import { readTlsFiles } from "./read_tls_files.ts";
import { reportCorruptJournals } from "../shared/report_corrupt_journals.ts";
import { checkSources } from "./check_sources.ts";
import { findStateDir } from "../shared/state_dir.ts";
import { printProblem } from "../shared/terminal.ts";

/** Checks the permission to listen on an address; prints the one that is missing. */
function mayListen(address: string): boolean {
  if (Deno.permissions.querySync({ name: "net", host: address }).state === "granted") return true;
  printProblem(
    `Cannot listen on ${address}: Deno was started without --allow-net=${address}`,
  );
  return false;
}

/**
 * Runs a server until it ends or is asked to: checks its permissions first, and keeps it alive through
 * unexpected faults.
 */
export async function runServer(
  options: GatewayOptions,
  run: (environment: ServeEnvironment) => Promise<void>,
): Promise<number> {
  const lines = new LogQueue();
  const log = createLogger((line) => lines.push(line));
  const { listen } = options.network;
  if (!mayListen(`${HOSTNAME}:${options.port}`)) return 1;
  if (listen !== undefined && !mayListen(`${listen.hostname}:${listen.port}`)) return 1;
  const tls = listen?.tls && readTlsFiles(listen.tls);
  if (listen?.tls !== undefined && tls === undefined) return 1;
  const stateDir = findStateDir(options.stateDir);
  if (stateDir === undefined) return 1;
  if (!await checkSources(stateDir)) return 1;
  reportCorruptJournals(stateDir, (line) => log.warn(line));
  const survive = (event: Event, fault: unknown) => {
    event.preventDefault();
    log.warn(`Unexpected failure, the server goes on: ${describeFault(fault)}`);
  };
  globalThis.addEventListener("unhandledrejection", (event) => survive(event, event.reason));
  globalThis.addEventListener("error", (event) => survive(event, event.error));
  using termination = listenForTermination();
  try {
    await run({ stateDir, log, terminated: termination.signal, ...(tls && { tls }) });
  } finally {
    await lines.flush();
  }
  return 0;
}
