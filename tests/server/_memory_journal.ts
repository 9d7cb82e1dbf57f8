import { DatabaseSync } from "node:sqlite";
import { Journal } from "../../server/journal/journal.ts";
import { toJournalError } from "../../server/journal/error.ts";

/** A journal in memory, and a keeper that hands it out until it is told to fail. */
export class MemoryJournal implements Disposable {
  readonly #database = new DatabaseSync(":memory:");
  /** The journal. */
  readonly journal = Journal.on(this.#database, "memory");
  /** The error that {@linkcode write} throws instead of handing out the journal. */
  failure: Error | undefined;
  /** The number of times that it has thrown. */
  failures = 0;
  readonly isUsable = true;
  onReplaced: (() => void) | undefined;

  /** `false` lets reads go on while writes fail, as on a full disk. */
  readsFail = true;

  read<T>(run: (journal: Journal) => T): T {
    return this.readsFail ? this.write(run) : run(this.journal);
  }

  write<T>(run: (journal: Journal) => T): T {
    if (this.failure !== undefined) {
      this.failures++;
      throw toJournalError(this.failure);
    }
    return run(this.journal);
  }

  secret(create: () => string): string {
    return this.read((journal) => journal.findSecret()) ??
      this.write((journal) => journal.secret(create));
  }

  refresh(): void {}

  /** Opens a session; returns its number. */
  startSession(project = "project", nowMs = Date.now()): number {
    const session = { key: `key-of-${project}`, project, repository: null, pid: 1 };
    return this.journal.sessions.start(session, nowMs);
  }

  [Symbol.dispose](): void {
    this.#database.close();
  }
}

/** The error of SQLite when the disk is full. */
export function createDiskFullError(): Error {
  return Object.assign(new Error("database or disk is full"), { errcode: 13 });
}
