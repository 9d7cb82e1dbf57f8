import type { AuditEntry } from "../../server/journal/audit_table.ts";
import { createNonce } from "../../server/feed/proof.ts";
import { Journal } from "../../server/journal/journal.ts";
import { toJournalError } from "../../server/journal/error.ts";
import { journalPathOf } from "../../server/state/folder.ts";
import { describeUntold, wakeOwner } from "./wake_owner.ts";

interface NoteOptions {
  readonly stateDir: string;
  /** When the change was made, in milliseconds since the epoch. */
  readonly nowMs: number;
  /** The port of the server to tell; none for a change that the server sees by itself. */
  readonly port?: number;
}

/**
 * Notes a change in the audit, and tells the server, which at once ends what the change takes away.
 *
 * The change is made by then: a failure here costs a warning and nothing else, least of all the only
 * sight of a new token.
 */
export async function noteChange(
  entry: Omit<AuditEntry, "actor">,
  { stateDir, nowMs, port }: NoteOptions,
): Promise<string[]> {
  let journal: Journal | undefined;
  try {
    journal = Journal.open(journalPathOf(stateDir), { durability: "full" });
    journal.audit.insert({ ...entry, actor: "terminal" }, nowMs);
    if (port === undefined) return [];
    const told = await wakeOwner({ port, secret: journal.secret(createNonce) });
    return told === "not permitted" ? [describeUntold(port)] : [];
  } catch (error) {
    const missing = port === undefined ? "" : ", and the server was not told";
    const { message } = toJournalError(error);
    return [`The change is made, but it is not in the audit${missing}: ${message}`];
  } finally {
    journal?.close();
  }
}
