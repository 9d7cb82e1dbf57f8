/** A program and its arguments. */
export interface ProcessCommand {
  /** The path of the program. */
  readonly command: string;
  /** Its arguments. */
  readonly args: readonly string[];
}

/**
 * The command that starts the server as `.mcp.json` does, with the Deno that runs now instead of
 * whatever is on the path.
 *
 * @param mainModule The URL of `main.ts`, or of the bundle that was made of it.
 * @param port The port on 127.0.0.1.
 * @param sender The sender whose `X-Sender` header is believed.
 */
export function serverCommand(mainModule: string, port: number, sender: string): ProcessCommand {
  const flags = ["--port", String(port), "--trust-header", sender];
  if (Deno.build.standalone) return { command: Deno.execPath(), args: flags };
  return {
    command: Deno.execPath(),
    args: [
      "run",
      "--no-prompt",
      "--frozen",
      "--v8-flags=--max-semi-space-size=1",
      `--allow-net=127.0.0.1:${port}`,
      mainModule,
      ...flags,
    ],
  };
}
