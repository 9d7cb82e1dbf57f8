import { readSourceOptions } from "../../lib/cli/source_options.ts";
import { printReport } from "../shared/report.ts";
import { explainEvent } from "./explain.ts";
import { addSourceEntry, removeSourceEntry } from "./change.ts";
import { listSources } from "./list.ts";
import { findStateDir } from "../shared/state_dir.ts";
import { createTextStyle, printUsageError } from "../shared/terminal.ts";

/** Runs `source`: lists, changes, tests and explains sources of webhooks. */
export async function runSource(args: readonly string[]): Promise<number> {
  const parsed = readSourceOptions(args);
  if (!parsed.ok) return await printUsageError(parsed);
  const { value: options } = parsed;
  if (options.kind === "explain") return await explainEvent(options);
  const stateDir = findStateDir(options.stateDir);
  if (stateDir === undefined) return 1;
  const environment = { stateDir, nowMs: Date.now(), style: createTextStyle() };
  if (options.kind === "list") return printReport(listSources(options, environment));
  if (options.kind === "add") return printReport(await addSourceEntry(options, environment));
  if (options.kind === "remove") {
    return printReport(await removeSourceEntry(options, environment));
  }
  const { trySource } = await import("./try.ts");
  return printReport(await trySource(options, environment));
}
