import type { AuditEntry } from "../../server/journal/audit_table.ts";
import { createNonce } from "../../server/feed/proof.ts";
import { Journal } from "../../server/journal/journal.ts";
import { toJournalError } from "../../server/journal/error.ts";
import { journalPathOf } from "../../server/state/folder.ts";
import { wakeOwner } from "./wake_owner.ts";

/** A change that was made, and whom to tell. */
export interface NoteOptions {
  /** The state folder. */
  readonly stateDir: string;
  /** The port whose holder is told. */
  readonly port: number;
  /** When the change was made, in milliseconds since the epoch. */
  readonly nowMs: number;
}

/**
 * Notes a change of the access in the audit, and tells whoever holds the port, so that what the change
 * takes away ends at once.
 *
 * The change is made by then: whatever fails here costs a warning and nothing else, and above all not
 * the only sight of a new token.
 *
 * @param entry What was done.
 * @param options Where that is noted.
 * @returns The warnings.
 */
export async function noteAccessChange(
  entry: Omit<AuditEntry, "actor">,
  { stateDir, port, nowMs }: NoteOptions,
): Promise<string[]> {
  let journal: Journal | undefined;
  try {
    journal = Journal.open(journalPathOf(stateDir), { durability: "full" });
    journal.audit.insert({ ...entry, actor: "terminal" }, nowMs);
    const told = await wakeOwner({ port, secret: journal.secret(createNonce) });
    return told === "not permitted"
      ? [`Nobody was told: Deno was started without --allow-net=127.0.0.1:${port}`]
      : [];
  } catch (error) {
    return [
      `The change is made, but it is not in the audit and nobody was told: ${
        toJournalError(error).message
      }`,
    ];
  } finally {
    journal?.close();
  }
}
