/**
 * The audit log: one row for an action, and one more for its repetitions within a minute; a stranger
 * could fill the disk with refusals otherwise. For the same reason only so many different refusals get
 * a row of their own. An action of a sender or the owner always does.
 *
 * @module
 */

import type { AuditEntry } from "./audit_table.ts";
import type { JournalKeeper } from "./keeper.ts";

/** Options of an {@linkcode AuditLog}. */
interface AuditLogOptions {
  readonly keeper: Pick<JournalKeeper, "write">;
  /** The clock, in milliseconds since the epoch. */
  readonly now?: () => number;
}

/** The time during which repetitions are only counted, in milliseconds. */
const WINDOW_MS = 60_000;

/** The actions that a stranger can cause. */
const REFUSALS: ReadonlySet<string> = new Set(["refuse", "rate-limit"]);

/** The most different refusals within that time that get a row each; the others share one. */
const MAX_REFUSALS = 20;

interface Counted {
  readonly entry: AuditEntry;
  repetitions: number;
}

export class AuditLog {
  readonly #keeper: Pick<JournalKeeper, "write">;
  readonly #now: () => number;
  readonly #counted = new Map<string, Counted>();
  #refusals = 0;
  #flushing: ReturnType<typeof setTimeout> | undefined;
  #isClosed = false;

  constructor({ keeper, now = Date.now }: AuditLogOptions) {
    this.#keeper = keeper;
    this.#now = now;
  }

  /** Records an action. */
  note(entry: AuditEntry): void {
    const kept = this.#kindOf(entry);
    const known = this.#counted.get(keyOf(kept));
    if (known !== undefined) {
      known.repetitions++;
      return;
    }
    this.#counted.set(keyOf(kept), { entry: kept, repetitions: 0 });
    if (REFUSALS.has(entry.action)) this.#refusals++;
    this.#insert([kept]);
    if (!this.#isClosed) this.#flushing ??= setTimeout(() => this.flush(), WINDOW_MS);
  }

  /** Writes the counts of repetitions. Safe to call twice. */
  flush(): void {
    clearTimeout(this.#flushing);
    this.#flushing = undefined;
    const repeated = Array.from(this.#counted.values())
      .filter(({ repetitions }) => repetitions > 0)
      .map(({ entry, repetitions }) => ({ ...entry, times: repetitions }));
    this.#counted.clear();
    this.#refusals = 0;
    if (repeated.length > 0) this.#insert(repeated);
  }

  /** Writes the counts, and arms no timer any more. Safe to call twice. */
  close(): void {
    this.#isClosed = true;
    this.flush();
  }

  /** Returns the entry that an entry is counted as. */
  #kindOf(entry: AuditEntry): AuditEntry {
    const isOneOfMany = this.#refusals >= MAX_REFUSALS && REFUSALS.has(entry.action);
    if (!isOneOfMany || this.#counted.has(keyOf(entry))) return entry;
    return { action: entry.action, actor: "others", subject: "", detail: "" };
  }

  #insert(entries: readonly AuditEntry[]): void {
    const now = this.#now();
    try {
      this.#keeper.write((journal) =>
        journal.transaction(() => entries.forEach((entry) => journal.audit.insert(entry, now)))
      );
    } catch {
      // The keeper has reported it.
    }
  }
}

function keyOf({ action, actor, subject, detail }: AuditEntry): string {
  return [action, actor, subject, detail].join("\n");
}
