/** A program and its arguments. */
export interface ProcessCommand {
  readonly command: string;
  readonly args: readonly string[];
}

interface ServerCommandOptions {
  /** The URL of `main.ts`, or of the bundle that was made of it. */
  readonly mainModule: string;
  readonly port: number;
  readonly stateDir: string;
  /** The command, such as `gateway`; by default the one that serves a session. */
  readonly command?: string;
  /** The flags of the server besides its port and its state folder. */
  readonly flags: readonly string[];
}

/** Creates the command that starts the server as `.mcp.json` does, with the Deno that runs now. */
export function createServerCommand(options: ServerCommandOptions): ProcessCommand {
  const { mainModule, port, stateDir, command, flags } = options;
  return {
    command: Deno.execPath(),
    args: [
      "run",
      "--no-prompt",
      "--frozen",
      "--cached-only",
      "--deny-import",
      "--v8-flags=--max-semi-space-size=1",
      `--allow-net=127.0.0.1:${port},[::1]:${port}`,
      `--allow-read=${stateDir}`,
      `--allow-write=${stateDir}`,
      mainModule,
      ...(command === undefined ? [] : [command]),
      "--port",
      String(port),
      "--state-dir",
      stateDir,
      ...flags,
    ],
  };
}
