/** A program and its arguments. */
export interface ProcessCommand {
  /** The path of the program. */
  readonly command: string;
  /** Its arguments. */
  readonly args: readonly string[];
}

/** What {@linkcode createServerCommand} needs to know. */
export interface ServerCommandOptions {
  /** The URL of `main.ts`, or of the bundle that was made of it. */
  readonly mainModule: string;
  /** The port on 127.0.0.1. */
  readonly port: number;
  /** The state folder. */
  readonly stateDir: string;
  /** The command, such as `gateway`; by default the one that serves a session. */
  readonly command?: string;
  /** The flags of the server besides its port and its state folder. */
  readonly flags: readonly string[];
}

/**
 * The command that starts the server as `.mcp.json` does, with the Deno that runs now instead of
 * whatever is on the path.
 */
export function createServerCommand(options: ServerCommandOptions): ProcessCommand {
  const { mainModule, port, stateDir, command, flags } = options;
  return {
    command: Deno.execPath(),
    args: [
      "run",
      "--no-prompt",
      "--frozen",
      "--v8-flags=--max-semi-space-size=1",
      `--allow-net=127.0.0.1:${port}`,
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
