import type { AccessOptions } from "../../lib/cli/access_options.ts";
import {
  AUDIT_HEADER,
  type AuditRow,
  formatAuditRow,
  toAuditJson,
} from "../../lib/cli/format_access.ts";
import { formatJsonLine } from "../../lib/cli/format_json_line.ts";
import { formatTable } from "../../lib/cli/format_table.ts";
import { withJournal } from "../shared/journal_reader.ts";
import { createTextStyle, print, type TextStyle, tryPrintLines } from "../shared/terminal.ts";

/** Formats rows of the audit. */
export function formatAccessLog(
  rows: readonly AuditRow[],
  { json, style }: { readonly json: boolean; readonly style: TextStyle },
): string[] {
  if (json) return rows.map((row) => formatJsonLine(toAuditJson(row)));
  if (rows.length === 0) return ["No audit: nothing was changed yet"];
  return formatTable([AUDIT_HEADER, ...rows.map(formatAuditRow)], style.bold);
}

/** Runs `access log`. */
export async function showAccessLog(
  { stateDir, json, limit }: AccessOptions<"log">,
): Promise<number> {
  const onNone = (stateDir: string) => {
    if (!json) print(`No audit: there is no journal in ${stateDir} yet`);
    return 0;
  };
  return await withJournal({ stateDir, onNone }, ({ journal }) => {
    const style = createTextStyle();
    tryPrintLines(formatAccessLog(journal.audit.list(limit), { json, style }));
    return 0;
  });
}
