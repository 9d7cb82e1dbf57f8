import type { AuditEntry } from "../../server/journal/audit_table.ts";
import { Journal } from "../../server/journal/journal.ts";
import { toJournalError } from "../../server/journal/error.ts";
import { journalPathOf } from "../../server/state/folder.ts";
import type { AccessEnvironment } from "./report.ts";

/**
 * Notes a change of the sources in the audit. The change is made by then, and whoever holds the port
 * sees by itself that the file has changed: what fails here costs a warning and nothing else.
 *
 * @param entry What was done.
 * @param environment Where that is noted.
 * @returns The warnings.
 */
export function noteSourceChange(
  entry: Omit<AuditEntry, "actor">,
  { stateDir, nowMs }: Pick<AccessEnvironment, "stateDir" | "nowMs">,
): string[] {
  let journal: Journal | undefined;
  try {
    journal = Journal.open(journalPathOf(stateDir), { durability: "full" });
    journal.audit.insert({ ...entry, actor: "terminal" }, nowMs);
    return [];
  } catch (error) {
    return [`The change is made, but it is not in the audit: ${toJournalError(error).message}`];
  } finally {
    journal?.close();
  }
}
