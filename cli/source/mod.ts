import { readSourceOptions } from "../../lib/cli/source_options.ts";
import { printAccessReport } from "../shared/report.ts";
import { explainEvent } from "./explain.ts";
import { addSourceEntry, removeSourceEntry } from "./change.ts";
import { listSources } from "./list.ts";
import { findStateDir } from "../shared/state_dir.ts";
import { createTextStyle, printUsageError } from "../shared/terminal.ts";

/**
 * `source` and all that may come after that word: where webhooks come from, and what becomes of them.
 *
 * @param args The arguments after the command's name.
 * @returns The exit code.
 */
export async function runSource(args: readonly string[]): Promise<number> {
  const parsed = readSourceOptions(args);
  if (!parsed.ok) return printUsageError(parsed.message);
  const { value: options } = parsed;
  if (options.kind === "explain") return await explainEvent(options);
  const stateDir = findStateDir(options.stateDir);
  if (stateDir === undefined) return 1;
  const environment = { stateDir, nowMs: Date.now(), style: createTextStyle() };
  if (options.kind === "list") return printAccessReport(listSources(options, environment));
  if (options.kind === "add") return printAccessReport(await addSourceEntry(options, environment));
  if (options.kind === "remove") {
    return printAccessReport(await removeSourceEntry(options, environment));
  }
  const { trySource } = await import("./try.ts");
  return printAccessReport(await trySource(options, environment));
}
