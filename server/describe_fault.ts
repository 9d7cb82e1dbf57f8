/**
 * Describes an error for the log by its class and where it was thrown, one frame a line. The message is
 * left out: it may quote what was received.
 */
export function describeFault(error: unknown): string {
  if (!(error instanceof Error)) return "a value that is no error";
  const frames = (error.stack ?? "").split("\n").filter((line) => line.startsWith("    at "));
  return [error.name, ...frames].join("\n");
}
