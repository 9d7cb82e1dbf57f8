/** Writes one line per call to wherever the process may write without breaking its protocol. */
export interface Logger {
  /** Something that the user may want to know. */
  info(message: string): void;
  /** Something that works otherwise than it should, or not at all. */
  warn(message: string): void;
}

const ENCODER = new TextEncoder();

/**
 * A logger on stderr: stdout belongs to JSON-RPC. Claude Code shows these lines in its MCP log.
 *
 * Messages hold no secret and no payload.
 *
 * @param write Takes a whole line; by default it goes to stderr.
 */
export function createLogger(
  write: (line: Uint8Array) => void = (line) => void Deno.stderr.writeSync(line),
): Logger {
  const log = (message: string) => {
    try {
      write(ENCODER.encode(`deno-channel: ${message}\n`));
    } catch {
      // Nobody reads stderr any more; that must not take the session down.
    }
  };
  return { info: log, warn: (message) => log(`warning: ${message}`) };
}
