import { formatJsonLine } from "../../lib/cli/format_json_line.ts";
import { formatTable } from "../../lib/cli/format_table.ts";
import {
  formatSessionRow,
  type ListedSession,
  SESSION_HEADER,
  toSessionJson,
} from "../../lib/cli/format_session_row.ts";
import { readSessionsOptions, type SessionsOptions } from "../../lib/cli/sessions_options.ts";
import { withJournal } from "../shared/journal_reader.ts";
import { createTextStyle, print, printUsageError, tryPrintLines } from "../shared/terminal.ts";

/** The number of sessions that `--all` lists. */
const MAX_SESSIONS = 50;

function formatSessions(sessions: readonly ListedSession[], { all, json }: SessionsOptions) {
  if (json) return sessions.map((session) => formatJsonLine(toSessionJson(session)));
  if (sessions.length === 0) return [all ? "No sessions" : "No session is open"];
  const nowMs = Date.now();
  const style = createTextStyle();
  // The last column is for sessions that have ended.
  const columns = all ? SESSION_HEADER.length : -1;
  const rows = sessions.map((session) => formatSessionRow(session, nowMs).slice(0, columns));
  const header = SESSION_HEADER.slice(0, columns);
  const [title = "", ...lines] = formatTable([header, ...rows], style.bold);
  return [
    title,
    ...lines.map((line, i) => sessions[i]?.endedAt === null ? line : style.dim(line)),
  ];
}

/** Runs `sessions`: lists the sessions that are open, or the newest of all. */
export async function runSessions(args: readonly string[]): Promise<number> {
  const parsed = readSessionsOptions(args);
  if (!parsed.ok) return await printUsageError(parsed);
  const { value: options } = parsed;
  const onNone = (stateDir: string) => {
    if (!options.json) print(`No sessions: there is no journal in ${stateDir} yet`);
    return 0;
  };
  return await withJournal({ stateDir: options.stateDir, onNone }, ({ journal }) => {
    const { sessions } = journal;
    const listed = options.all ? sessions.list(MAX_SESSIONS) : sessions.open();
    tryPrintLines(formatSessions(listed, options));
    return 0;
  });
}
