/**
 * The state folder: keeps the journal, the access file and the sources, readable by their user only.
 *
 * @module
 */

const JOURNAL_FILE = "journal.db";

const SOURCES_FILE = "config.json";

const ACCESS_FILE = "access.json";

/** The beginning of the name of each file with the secret of a source. */
const SECRET_START = "secret-";

/** The ending of the name of a file's last good copy. */
const LAST_GOOD_ENDING = ".last-good";

/** The ending of the name of the file whose lock writers hold. */
const LOCK_ENDING = ".lock";

const FOLDER_MODE = 0o700;

/** The endings of the files that SQLite keeps beside a database in WAL mode. */
const JOURNAL_ENDINGS: readonly string[] = ["", "-wal", "-shm"];

export function journalPathOf(stateDir: string): string {
  return `${stateDir}/${JOURNAL_FILE}`;
}

export function accessPathOf(stateDir: string): string {
  return `${stateDir}/${ACCESS_FILE}`;
}

/** The path of the configuration of the sources in a state folder. */
export function sourcesPathOf(stateDir: string): string {
  return `${stateDir}/${SOURCES_FILE}`;
}

/** The path of the last good copy of a file. */
export function lastGoodPathOf(path: string): string {
  return path + LAST_GOOD_ENDING;
}

/** The path of the file whose lock the writers of a file hold. */
export function lockPathOf(path: string): string {
  return path + LOCK_ENDING;
}

/** The names of the files in a state folder that match a pattern, sorted. */
function listFiles(stateDir: string, pattern: RegExp): string[] {
  try {
    return Array.from(Deno.readDirSync(stateDir), ({ name }) => name)
      .filter((name) => pattern.test(name))
      .sort();
  } catch {
    return [];
  }
}

/** The path of the file with the secret that was made for a source. */
export function secretPathOf(stateDir: string, name: string): string {
  return `${stateDir}/${SECRET_START}${name}`;
}

/** The paths of all files with secrets in a state folder. */
export function secretFilesOf(stateDir: string): string[] {
  return listFiles(stateDir, new RegExp(`^${SECRET_START}`)).map((name) => `${stateDir}/${name}`);
}

/** The paths of the symbolic links in a state folder, sorted. */
export function linksOf(stateDir: string): string[] {
  try {
    return Array.from(Deno.readDirSync(stateDir))
      .filter(({ isSymlink }) => isSymlink)
      .map(({ name }) => `${stateDir}/${name}`)
      .sort();
  } catch {
    return [];
  }
}

/** The paths of the files in a state folder that decide what is believed. */
export function stateFilesOf(stateDir: string): string[] {
  const access = accessPathOf(stateDir);
  const sources = sourcesPathOf(stateDir);
  return [
    ...JOURNAL_ENDINGS.map((ending) => journalPathOf(stateDir) + ending),
    access,
    lastGoodPathOf(access),
    lockPathOf(access),
    sources,
    lockPathOf(sources),
    ...secretFilesOf(stateDir),
  ];
}

/** Creates the state folder, with its parents, unless it exists. */
export function createStateFolder(stateDir: string): void {
  Deno.mkdirSync(stateDir, { recursive: true, mode: FOLDER_MODE });
}

/** The names of the corrupt journals in a state folder that were moved aside, the oldest first. */
export function listCorruptJournals(stateDir: string): string[] {
  return listFiles(stateDir, /^journal\.db\.corrupt-[0-9TZ]+$/);
}

/**
 * The path under which a corrupt file is kept.
 *
 * @param path The path that it had.
 * @param nowMs The time in milliseconds since the epoch, which becomes part of the name.
 */
export function corruptPathOf(path: string, nowMs: number): string {
  const time = new Date(nowMs).toISOString().replace(/[-:]|\.\d+/g, "");
  return `${path}.corrupt-${time}`;
}

/**
 * Moves a corrupt journal aside.
 *
 * @param stateDir The state folder.
 * @param nowMs The time in milliseconds since the epoch.
 * @returns The path that the file has now.
 */
export function moveCorruptJournal(stateDir: string, nowMs: number): string {
  const path = journalPathOf(stateDir);
  const aside = corruptPathOf(path, nowMs);
  for (const ending of JOURNAL_ENDINGS) {
    try {
      Deno.renameSync(path + ending, aside + ending);
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
  return aside;
}

/** Identifies a file: another file in its place has another text; `undefined` for a missing file. */
export function identifyFile(path: string): string | undefined {
  try {
    const { dev, ino } = Deno.statSync(path);
    return `${dev}:${ino}`;
  } catch {
    return undefined;
  }
}

/** Looks at a file without following a link; `undefined` for a missing file. */
export function tryLstat(path: string): Deno.FileInfo | undefined {
  try {
    return Deno.lstatSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
