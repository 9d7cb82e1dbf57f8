import { DEFAULT_PORT } from "../../lib/cli/common_flags.ts";
import { type DemoOptions, readDemoOptions } from "../../lib/cli/demo_options.ts";
import { createLogger } from "../../server/runtime/log.ts";
import { HOSTNAME } from "../../lib/http/loopback.ts";
import { readEnv } from "../../server/runtime/read_env.ts";
import { listenForTermination } from "../../server/runtime/termination.ts";
import { runInteractive } from "./interactive.ts";
import { runScript } from "./script.ts";
import { DEMO_SENDER, type DemoStage } from "./stage.ts";
import { DEMO_TIMEOUT_MS, Sender } from "./http_client.ts";
import { createServerCommand } from "./server_command.ts";
import { startStandIn } from "./stand_in.ts";
import { print, printProblem, printUsageError } from "../shared/terminal.ts";

function isFree(port: number): boolean {
  try {
    Deno.listen({ hostname: HOSTNAME, port }).close();
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.AddrInUse) return false;
    throw error;
  }
}

function takeFreePort(): number {
  const listener = Deno.listen({ hostname: HOSTNAME, port: 0 });
  const { port } = listener.addr;
  listener.close();
  return port;
}

function makeStateDir(): string {
  try {
    return Deno.makeTempDirSync({ prefix: "deno-channel-demo-" });
  } catch (error) {
    throw new Error("Cannot make a temporary folder for events: give --state-dir", {
      cause: error,
    });
  }
}

/** The folder for temporary files that the task `demo` makes for one run. */
const OWN_TEMPORARY_REGEXP = /[\\/]deno-channel-task-[^\\/]+$/;

/** Removes the folder for temporary files if the task made it for this run and it is empty. */
function removeTemporaryFolder(): void {
  const folder = readEnv("TMPDIR") ?? "";
  if (!OWN_TEMPORARY_REGEXP.test(folder)) return;
  try {
    Deno.removeSync(folder);
  } catch {
    // It is not empty: another program uses it.
  }
}

/** Chooses the port; throws when the one that was asked for is in use. */
function choosePort({ port = DEFAULT_PORT }: DemoOptions, isFixed: boolean): number {
  if (isFree(port)) return port;
  if (isFixed) throw new Error(`Cannot run the demo on port ${port}: the port is in use`);
  const free = takeFreePort();
  print(`Port ${port} is in use, so the demo takes port ${free}\n`);
  return free;
}

/** Tells whether the process listens on the port. */
async function isServing(port: number, pid: number): Promise<boolean> {
  try {
    const signal = AbortSignal.timeout(1000);
    const response = await fetch(`http://${HOSTNAME}:${port}/healthz`, { signal });
    return (await response.json()).pid === pid;
  } catch {
    return false;
  }
}

async function waitForPort(port: number, pid: number): Promise<void> {
  const deadline = performance.now() + DEMO_TIMEOUT_MS;
  while (!await isServing(port, pid)) {
    if (performance.now() > deadline) {
      throw new Error(`The server did not open port ${port} within ${DEMO_TIMEOUT_MS} ms`);
    }
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

async function run(options: DemoOptions, mainModule: string): Promise<number> {
  const program = Deno.execPath();
  if (Deno.permissions.querySync({ name: "run", command: program }).state !== "granted") {
    printProblem(
      `Cannot start the server: Deno was started without --allow-run=${program}`,
    );
    return 1;
  }
  const port = choosePort(options, options.port !== undefined);
  const stateDir = options.stateDir ?? makeStateDir();
  using termination = listenForTermination();
  const stage: DemoStage = {
    sender: new Sender(port),
    terminated: termination.signal,
    async start(events) {
      const flags = ["--trust-header", DEMO_SENDER, "--trust-header-approve"];
      const command = createServerCommand({ mainModule, port, stateDir, flags });
      const log = createLogger();
      const standIn = await startStandIn(command, { ...events, log });
      await waitForPort(port, standIn.pid);
      return standIn;
    },
  };
  try {
    return options.interactive ? await runInteractive(stage) : await runScript(stage);
  } finally {
    if (options.stateDir === undefined) Deno.removeSync(stateDir, { recursive: true });
  }
}

/**
 * Runs `demo`: shows the channel at work without Claude Code.
 *
 * @param mainModule The URL of `main.ts`, for the server process.
 * @returns The exit code: 0 when every step happened.
 */
export async function runDemo(args: readonly string[], mainModule: string): Promise<number> {
  try {
    const parsed = readDemoOptions(args);
    return parsed.ok ? await run(parsed.value, mainModule) : await printUsageError(parsed);
  } finally {
    removeTemporaryFolder();
  }
}
