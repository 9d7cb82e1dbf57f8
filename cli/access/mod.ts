import { readAccessOptions } from "../../lib/cli/access_options.ts";
import { changeAccess, isChange } from "./change.ts";
import { listAccess } from "./list.ts";
import { showAccessLog } from "./log.ts";
import { printReport } from "../shared/report.ts";
import { reportCorruptJournals } from "../shared/report_corrupt_journals.ts";
import { findStateDir } from "../shared/state_dir.ts";
import { createTextStyle, printProblem, printUsageError } from "../shared/terminal.ts";

/** Runs `access`: lists and changes senders and the policy. */
export async function runAccess(args: readonly string[]): Promise<number> {
  const parsed = readAccessOptions(args);
  if (!parsed.ok) return await printUsageError(parsed);
  const { value: options } = parsed;
  if (options.kind === "log") return await showAccessLog(options);
  const stateDir = findStateDir(options.stateDir);
  if (stateDir === undefined) return 1;
  reportCorruptJournals(stateDir, printProblem);
  const environment = { stateDir, nowMs: Date.now(), style: createTextStyle() };
  return printReport(
    isChange(options) ? await changeAccess(options, environment) : listAccess(options, environment),
  );
}
