import { StateFaultError } from "../state/guard.ts";

/** The primary result codes of SQLite that a user understands. */
const REASONS: Readonly<Record<number, string>> = {
  5: "another process holds the journal for too long",
  8: "the folder or the file is read-only",
  10: "the disk fails",
  11: "the file is corrupt",
  13: "the disk is full",
  14: "the file cannot be opened: is the folder writable?",
  26: "the file is no journal",
};

const CORRUPT_CODES: readonly number[] = [11, 26];
const CONSTRAINT_CODE = 19;

/** The codes of SQLite's messages: errors of `exec()` have no code. */
const CODES: Readonly<Record<string, number>> = {
  "database is locked": 5,
  "attempt to write a readonly database": 8,
  "disk I/O error": 10,
  "database disk image is malformed": 11,
  "database or disk is full": 13,
  "unable to open database file": 14,
  "file is not a database": 26,
};

const GENERIC_CODE = 1;

/** Reads the primary result code of an error of `node:sqlite`; 0 for any other error. */
function resultCode(error: unknown): number {
  const { code, errcode, message } = Object(error) as Record<string, unknown>;
  if (typeof errcode === "number") return errcode & 0xff;
  return code === "ERR_SQLITE_ERROR" ? CODES[String(message)] ?? GENERIC_CODE : 0;
}

/** The error of a journal that cannot be read or written; its message has the reason. */
export class JournalError extends Error {
  /** `true` when the file itself is damaged. */
  readonly isCorrupt: boolean;

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "JournalError";
    this.isCorrupt = CORRUPT_CODES.includes(resultCode(options?.cause));
  }
}

/** Returns whether an insert has failed because its key is taken. */
export function isKeyTaken(error: unknown): boolean {
  return resultCode(error) === CONSTRAINT_CODE;
}

/** Returns whether the journal or its file is at fault, and not its caller. */
export function isJournalFault(error: unknown): boolean {
  return error instanceof JournalError || resultCode(error) !== 0;
}

/** Returns whether the file or its disk is at fault, which the next statement will meet as well. */
export function isFileFault(error: unknown): boolean {
  return error instanceof JournalError || resultCode(error) in REASONS;
}

/** Converts an error to one that says in words why the journal has failed. */
export function toJournalError(error: unknown): JournalError {
  if (error instanceof JournalError) return error;
  const { name, message } = error as Error;
  const reason = REASONS[resultCode(error)] ??
    (error instanceof Deno.errors.NotCapable || error instanceof StateFaultError
      ? message
      : `${name}: ${message}`);
  return new JournalError(`Cannot use the journal: ${reason}`, { cause: error });
}
