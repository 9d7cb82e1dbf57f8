/**
 * Sessions at the command line, for people and for programs.
 *
 * @module
 */

import { cleanLine } from "../text/clean_line.ts";
import { formatAge } from "../text/duration.ts";
import type { OpenSession } from "../session/route_event.ts";
import { toSessionStatus } from "../event/status_json.ts";

/** A session, open or ended; times are milliseconds since the epoch. */
export interface ListedSession extends OpenSession {
  readonly pid: number;
  readonly startedAt: number;
  /** `null` while the session is open. */
  readonly endedAt: number | null;
}

/** The titles of the columns of a table of sessions; the last one is for those that have ended. */
export const SESSION_HEADER: readonly string[] = [
  "SESSION",
  "PROJECT",
  "REPOSITORY",
  "PID",
  "STARTED",
  "ACTIVE",
  "DEAF",
  "ENDED",
];

/** The longest name in a table, in code points. */
const NAME_CODE_POINTS = 48;

/** The cells of a session in a table; they are one line each and cannot move a terminal's cursor. */
export function formatSessionRow(session: ListedSession, nowMs: number): string[] {
  const { key, project, repository, pid, startedAt, activeAt, isDeaf, endedAt } = session;
  return [
    cleanLine(key.slice(0, 8), NAME_CODE_POINTS),
    cleanLine(project, NAME_CODE_POINTS),
    cleanLine(repository ?? "-", NAME_CODE_POINTS),
    String(pid),
    formatAge(nowMs - startedAt),
    formatAge(nowMs - activeAt),
    isDeaf ? "yes" : "no",
    endedAt === null ? "-" : formatAge(nowMs - endedAt),
  ];
}

/** A session as programs see it at the command line. */
export function toSessionJson(session: ListedSession): Record<string, unknown> {
  const { pid, endedAt } = session;
  return {
    ...toSessionStatus(session),
    pid,
    ended_at: endedAt === null ? null : new Date(endedAt).toISOString(),
  };
}
