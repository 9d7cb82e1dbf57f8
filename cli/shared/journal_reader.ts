import { Journal } from "../../server/journal/journal.ts";
import { isJournalFault, toJournalError } from "../../server/journal/error.ts";
import { identifyFile, journalPathOf } from "../../server/state/folder.ts";
import { reportCorruptJournals } from "./report_corrupt_journals.ts";
import { findStateDir } from "./state_dir.ts";
import { printProblem } from "./terminal.ts";

/** A journal that is read, and the one that takes its place. */
export class JournalReader implements Disposable {
  readonly stateDir: string;
  readonly #path: string;
  #journal: Journal;
  #file: string | undefined;

  private constructor(stateDir: string, path: string, journal: Journal) {
    this.stateDir = stateDir;
    this.#path = path;
    this.#journal = journal;
    this.#file = identifyFile(path);
  }

  /**
   * Opens the journal of a state folder.
   *
   * @returns The journal, or `undefined` where there is none yet.
   * @throws {JournalError} When the journal cannot be used.
   */
  static open(stateDir: string): JournalReader | undefined {
    const path = journalPathOf(stateDir);
    const journal = Journal.openForReading(path);
    return journal && new JournalReader(stateDir, path, journal);
  }

  /** The journal as it was opened last. */
  get journal(): Journal {
    return this.#journal;
  }

  /** Opens the journal again when another file has taken its place. */
  refresh(): boolean {
    const file = identifyFile(this.#path);
    if (file === undefined || file === this.#file) return false;
    const journal = Journal.openForReading(this.#path);
    if (journal === undefined) return false;
    this.#journal.close();
    this.#journal = journal;
    this.#file = file;
    return true;
  }

  [Symbol.dispose](): void {
    this.#journal.close();
  }
}

interface WithJournalOptions {
  /** The value of `--state-dir`, if it was given. */
  readonly stateDir: string | undefined;
  /** Says that the state folder has no journal; returns the exit code. */
  readonly onNone: (stateDir: string) => number;
  /** Pauses before the next look for a journal; returns whether to look.. */
  readonly pause?: () => Promise<boolean>;
}

async function openReader(
  stateDir: string,
  pause: WithJournalOptions["pause"],
): Promise<JournalReader | undefined> {
  for (;;) {
    const reader = JournalReader.open(stateDir);
    if (reader !== undefined || !await pause?.()) return reader;
  }
}

/**
 * Runs a command that reads the journal, with or without a server. Nothing is created, and every
 * journal that was moved aside is reported.
 */
export async function withJournal(
  { stateDir: flag, onNone, pause }: WithJournalOptions,
  run: (reader: JournalReader) => number | Promise<number>,
): Promise<number> {
  const stateDir = findStateDir(flag);
  if (stateDir === undefined) return 1;
  reportCorruptJournals(stateDir, printProblem);
  try {
    using reader = await openReader(stateDir, pause);
    return reader === undefined ? onNone(stateDir) : await run(reader);
  } catch (error) {
    if (!isJournalFault(error)) throw error;
    printProblem(toJournalError(error).message);
    return 1;
  }
}
