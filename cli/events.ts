import { readEventsOptions } from "../lib/events_options.ts";
import { listEvents } from "./list_events.ts";
import { showEvent } from "./show_event.ts";
import { printUsageError } from "./terminal.ts";

/**
 * `events`, `events show` and `events replay`: what came in, and what has become of it.
 *
 * @param args The arguments after the command's name.
 * @returns The exit code.
 */
export async function runEvents(args: readonly string[]): Promise<number> {
  const parsed = readEventsOptions(args);
  if (!parsed.ok) return printUsageError(parsed.message);
  const { value: options } = parsed;
  if (options.kind === "list") return await listEvents(options);
  if (options.kind === "show") return await showEvent(options);
  const { replayEvent } = await import("./replay_event.ts");
  return await replayEvent(options);
}
