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
