import { readAccessOptions } from "../../lib/cli/access_options.ts";
import { changeAccess } from "./change.ts";
import { listAccess } from "./list.ts";
import { showAccessLog } from "./log.ts";
import { printAccessReport } from "../shared/report.ts";
import { reportToTerminal } from "../shared/journal_reader.ts";
import { reportCorruptJournals } from "../shared/report_corrupt_journals.ts";
import { findStateDir } from "../shared/state_dir.ts";
import { createTextStyle, printUsageError } from "../shared/terminal.ts";

/**
 * `access` and all that may come after that word: who gets in, who was let in, and by whom.
 *
 * @param args The arguments after the command's name.
 * @returns The exit code.
 */
export async function runAccess(args: readonly string[]): Promise<number> {
  const parsed = readAccessOptions(args);
  if (!parsed.ok) return printUsageError(parsed.message);
  const { value: options } = parsed;
  if (options.kind === "log") return await showAccessLog(options);
  const stateDir = findStateDir(options.stateDir);
  if (stateDir === undefined) return 1;
  reportCorruptJournals(stateDir, reportToTerminal);
  const environment = { stateDir, nowMs: Date.now(), style: createTextStyle() };
  return printAccessReport(
    options.kind === "list" || options.kind === "show-policy"
      ? listAccess(options, environment)
      : await changeAccess(options, environment),
  );
}
