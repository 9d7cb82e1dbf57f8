/** A log, which writes one line per call. */
export interface Logger {
  /** Tells the user a fact. */
  info(message: string): void;
  /** Tells the user of a problem. */
  warn(message: string): void;
}

const ENCODER = new TextEncoder();

/**
 * Creates a logger on stderr: stdout belongs to JSON-RPC. Claude Code shows these lines in its MCP log.
 *
 * Messages hold no secret and no payload.
 *
 * @param write Takes a whole line; by default writes it to stderr at once, because a queued line is lost
 * when the process ends.
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
      // The reader of the log is gone; the session goes on without it.
    }
  };
  return { info: log, warn: (message) => log(`warning: ${message}`) };
}

/**
 * Describes an error for the log by its class and its stack, in one line. The message is left out,
 * because it may quote a sender.
 */
export function describeFault(error: unknown): string {
  if (!(error instanceof Error)) return "a value that is no error";
  const { name, message, stack = "" } = error;
  const [, ...frames] = stack.slice(stack.indexOf(message) + message.length).split("\n");
  return [name, ...frames.map((frame) => frame.trim())].join(" < ");
}
