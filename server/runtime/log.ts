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
 * @param write Takes a whole line; by default it goes to stderr at once, so that nothing is lost where
 * the process ends after it.
 *
 * @example Usage
 * ```ts
 * import { createLogger } from "@deno-channel/deno-channel";
 * import { assertEquals } from "@std/assert";
 *
 * const lines: string[] = [];
 * const log = createLogger((line) => lines.push(new TextDecoder().decode(line)));
 * log.warn("The disk is full");
 * assertEquals(lines, ["deno-channel: warning: The disk is full\n"]);
 * ```
 */
export function createLogger(
  write: (line: Uint8Array) => unknown = (line) => Deno.stderr.writeSync(line),
): Logger {
  const log = (message: string) => {
    try {
      write(ENCODER.encode(`deno-channel: ${message}\n`));
    } catch {
      // Nobody reads the log any more; that must not take the session down.
    }
  };
  return { info: log, warn: (message) => log(`warning: ${message}`) };
}

/**
 * Describes an error for the log by its class and where it was thrown, in one line. The message is left
 * out: it may quote what was received.
 */
export function describeFault(error: unknown): string {
  if (!(error instanceof Error)) return "a value that is no error";
  const { name, message, stack = "" } = error;
  const [, ...frames] = stack.slice(stack.indexOf(message) + message.length).split("\n");
  return [name, ...frames.map((frame) => frame.trim())].join(" < ");
}
