/**
 * The audit log: one row for what happens, and one more for how often it was repeated within a minute,
 * so that nobody can fill the disk with refusals.
 *
 * @module
 */

import type { AuditEntry } from "./audit_table.ts";
import type { JournalKeeper } from "./journal_keeper.ts";

/** Options of an {@linkcode AuditLog}. */
export interface AuditLogOptions {
  /** Where rows are kept. */
  readonly keeper: Pick<JournalKeeper, "use">;
  /** The clock, in milliseconds since the epoch. */
  readonly now?: () => number;
}

/** How long repetitions are only counted, in milliseconds. */
const WINDOW_MS = 60_000;

/** How many different things are told apart within that time; the others share one row. */
const MAX_KINDS = 500;

interface Counted {
  readonly entry: AuditEntry;
  repetitions: number;
}

/** Writes the audit. */
export class AuditLog {
  readonly #keeper: Pick<JournalKeeper, "use">;
  readonly #now: () => number;
  readonly #counted = new Map<string, Counted>();
  #flushing: ReturnType<typeof setTimeout> | undefined;
  #isClosed = false;

  /** Constructs a new instance. */
  constructor({ keeper, now = Date.now }: AuditLogOptions) {
    this.#keeper = keeper;
    this.#now = now;
  }

  /** Takes note of what was done. */
  note(entry: AuditEntry): void {
    const known = this.#find(entry);
    if (known !== undefined) {
      known.repetitions++;
      return;
    }
    const isFull = this.#counted.size >= MAX_KINDS;
    const kept = isFull
      ? { action: entry.action, actor: "others", subject: "", detail: "" }
      : entry;
    this.#counted.set(keyOf(kept), { entry: kept, repetitions: 0 });
    this.#insert([kept]);
    if (!this.#isClosed) this.#flushing ??= setTimeout(() => this.flush(), WINDOW_MS);
  }

  /** Writes how often things were repeated. Safe to call twice. */
  flush(): void {
    clearTimeout(this.#flushing);
    this.#flushing = undefined;
    const repeated = Array.from(this.#counted.values())
      .filter(({ repetitions }) => repetitions > 0)
      .map(({ entry, repetitions }) => ({ ...entry, times: repetitions }));
    this.#counted.clear();
    if (repeated.length > 0) this.#insert(repeated);
  }

  /** Writes what was counted, and arms no timer any more. Safe to call twice. */
  close(): void {
    this.#isClosed = true;
    this.flush();
  }

  #find(entry: AuditEntry): Counted | undefined {
    const known = this.#counted.get(keyOf(entry));
    if (known !== undefined || this.#counted.size < MAX_KINDS) return known;
    return this.#counted.get(keyOf({ ...entry, actor: "others", subject: "", detail: "" }));
  }

  #insert(entries: readonly AuditEntry[]): void {
    const now = this.#now();
    try {
      this.#keeper.use((journal) =>
        journal.transaction(() => entries.forEach((entry) => journal.audit.insert(entry, now)))
      );
    } catch {
      // A journal that fails has been reported.
    }
  }
}

function keyOf({ action, actor, subject, detail }: AuditEntry): string {
  return [action, actor, subject, detail].join("\n");
}
