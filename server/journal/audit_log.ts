/**
 * The audit log: one row for what happens, and one more for how often it was repeated within a minute,
 * so that nobody can fill the disk with refusals. Of those only so many are told apart, as anybody can
 * cause them; what a sender or the owner does is never among the others.
 *
 * @module
 */

import type { AuditEntry } from "./audit_table.ts";
import type { JournalKeeper } from "./keeper.ts";

/** Options of an {@linkcode AuditLog}. */
export interface AuditLogOptions {
  /** Where rows are kept. */
  readonly keeper: Pick<JournalKeeper, "use">;
  /** The clock, in milliseconds since the epoch. */
  readonly now?: () => number;
}

/** How long repetitions are only counted, in milliseconds. */
const WINDOW_MS = 60_000;

/** What anybody can cause. */
const REFUSALS: ReadonlySet<string> = new Set(["refuse", "rate-limit"]);

/** How many different refusals are told apart within that time; the others share one row. */
const MAX_REFUSALS = 20;

interface Counted {
  readonly entry: AuditEntry;
  repetitions: number;
}

/** Writes the audit. */
export class AuditLog {
  readonly #keeper: Pick<JournalKeeper, "use">;
  readonly #now: () => number;
  readonly #counted = new Map<string, Counted>();
  #refusals = 0;
  #flushing: ReturnType<typeof setTimeout> | undefined;
  #isClosed = false;

  /** Constructs a new instance. */
  constructor({ keeper, now = Date.now }: AuditLogOptions) {
    this.#keeper = keeper;
    this.#now = now;
  }

  /** Takes note of what was done. */
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

  /** Writes how often things were repeated. Safe to call twice. */
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

  /** Writes what was counted, and arms no timer any more. Safe to call twice. */
  close(): void {
    this.#isClosed = true;
    this.flush();
  }

  /** What an entry is counted as. */
  #kindOf(entry: AuditEntry): AuditEntry {
    const isOneOfMany = this.#refusals >= MAX_REFUSALS && REFUSALS.has(entry.action);
    if (!isOneOfMany || this.#counted.has(keyOf(entry))) return entry;
    return { action: entry.action, actor: "others", subject: "", detail: "" };
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
