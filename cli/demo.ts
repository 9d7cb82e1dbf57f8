import { DEFAULT_PORT } from "../lib/serve_options.ts";
import { createLogger } from "../server/log.ts";
import { HOSTNAME } from "../server/serve.ts";
import { type DemoOptions, readDemoOptions } from "./demo_options.ts";
import { runInteractive } from "./demo_interactive.ts";
import { runScript } from "./demo_script.ts";
import { DEMO_SENDER, DEMO_TIMEOUT_MS, type DemoStage } from "./demo_stage.ts";
import { Sender } from "./sender.ts";
import { createServerCommand } from "./server_command.ts";
import { startStandIn } from "./stand_in.ts";
import { print, printError, printUsageError } from "./terminal.ts";

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

function choosePort({ port }: DemoOptions): number {
  if (port !== undefined) return port;
  if (isFree(DEFAULT_PORT)) return DEFAULT_PORT;
  const free = takeFreePort();
  print(`Port ${DEFAULT_PORT} is in use, so the demo takes port ${free}\n`);
  return free;
}

async function isServing(port: number): Promise<boolean> {
  try {
    const response = await fetch(`http://${HOSTNAME}:${port}/healthz`);
    await response.body?.cancel();
    return response.ok;
  } catch {
    return false;
  }
}

async function waitForPort(port: number, timeoutMs: number): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  while (!await isServing(port)) {
    if (performance.now() > deadline) {
      throw new Error(`The server did not open port ${port} within ${timeoutMs} ms`);
    }
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/**
 * `demo`: the channel at work without Claude Code.
 *
 * @param args The arguments after the command's name.
 * @param mainModule The URL of `main.ts`, for the server process.
 * @returns The exit code: 0 when every step happened.
 */
export async function runDemo(args: readonly string[], mainModule: string): Promise<number> {
  const parsed = readDemoOptions(args);
  if (!parsed.ok) return printUsageError(parsed.message);
  const program = Deno.execPath();
  if (Deno.permissions.querySync({ name: "run", command: program }).state !== "granted") {
    printError(
      `deno-channel: Cannot start the server: Deno was started without --allow-run=${program}`,
    );
    return 1;
  }
  const port = choosePort(parsed.options);
  const stage: DemoStage = {
    sender: new Sender(port),
    async start(events) {
      const flags = ["--trust-header", DEMO_SENDER];
      const command = createServerCommand({ mainModule, port, flags });
      const standIn = await startStandIn(command, { ...events, log: createLogger() });
      await waitForPort(port, DEMO_TIMEOUT_MS);
      return standIn;
    },
  };
  return parsed.options.interactive ? await runInteractive(stage) : await runScript(stage);
}
