/**
 * The state folder: where the journal is kept, readable by its user only.
 *
 * @module
 */

/** The journal's file in the state folder. */
const JOURNAL_FILE = "journal.db";

const FOLDER_MODE = 0o700;

/** What SQLite keeps beside a database in WAL mode. */
const JOURNAL_ENDINGS: readonly string[] = ["", "-wal", "-shm"];

/** The path of the journal in a state folder. */
export function journalPathOf(stateDir: string): string {
  return `${stateDir}/${JOURNAL_FILE}`;
}

/** Creates the state folder where there is none; its parents are created as they are needed. */
export function createStateFolder(stateDir: string): void {
  Deno.mkdirSync(stateDir, { recursive: true, mode: FOLDER_MODE });
}

/** The names of the corrupt journals in a state folder that were moved aside, the oldest first. */
export function listCorruptJournals(stateDir: string): string[] {
  try {
    return Array.from(Deno.readDirSync(stateDir), ({ name }) => name)
      .filter((name) => /^journal\.db\.corrupt-[0-9TZ]+$/.test(name))
      .sort();
  } catch {
    return [];
  }
}

/**
 * Moves a corrupt journal aside.
 *
 * @param stateDir The state folder.
 * @param nowMs The time in milliseconds since the epoch, which becomes part of the new name.
 * @returns The path that the file has now.
 */
export function moveCorruptJournal(stateDir: string, nowMs: number): string {
  const path = journalPathOf(stateDir);
  const time = new Date(nowMs).toISOString().replace(/[-:]|\.\d+/g, "");
  const aside = `${path}.corrupt-${time}`;
  for (const ending of JOURNAL_ENDINGS) {
    try {
      Deno.renameSync(path + ending, aside + ending);
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
  return aside;
}

/** What tells one file from another that took its place; `undefined` where there is none. */
export function identifyFile(path: string): string | undefined {
  try {
    const { dev, ino } = Deno.statSync(path);
    return `${dev}:${ino}`;
  } catch {
    return undefined;
  }
}
