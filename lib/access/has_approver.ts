import type { Access } from "./access_file.ts";

/**
 * Tells whether anybody may answer permission requests, or will once a device fetches its token.
 *
 * @param access The access.
 * @param nowMs The time in milliseconds since the epoch.
 */
export function hasApprover(access: Access, nowMs: number): boolean {
  if (access.policy === "disabled") return false;
  const isThere = access.senders.some(({ rights, expires_at }) =>
    rights.includes("approve") && (expires_at === null || nowMs < expires_at)
  );
  return isThere ||
    access.pairings.some(({ grant, ended_at, expires_at }) =>
      grant?.rights.includes("approve") && ended_at === null && nowMs < expires_at
    );
}
