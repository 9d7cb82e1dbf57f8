import { readEventsOptions } from "../../lib/cli/events_options.ts";
import { listEvents } from "./list.ts";
import { showEvent } from "./show.ts";
import { printUsageError } from "../shared/terminal.ts";

/** Runs `events`: lists, shows and replays events. */
export async function runEvents(args: readonly string[]): Promise<number> {
  const parsed = readEventsOptions(args);
  if (!parsed.ok) return await printUsageError(parsed);
  const { value: options } = parsed;
  if (options.kind === "list") return await listEvents(options);
  if (options.kind === "show") return await showEvent(options);
  const { replayEvent } = await import("./replay.ts");
  return await replayEvent(options);
}
