/**
 * The journal: events, replies, permission requests, sessions and the audit, in one SQLite file.
 *
 * All processes of a state folder share it. It is in WAL mode: readers never wait, and writers wait for
 * each other for as long as a commit takes.
 *
 * @module
 */

import { DatabaseSync, type StatementSync } from "node:sqlite";
import { AuditTable } from "./audit_table.ts";
import { EventTable } from "./event_table.ts";
import { FailureTable } from "./failure_table.ts";
import { JournalError, toJournalError } from "./error.ts";
import { MIGRATIONS } from "./schema.ts";
import { OutboundTable } from "./outbound_table.ts";
import { PermissionTable } from "./permission_table.ts";
import { SessionTable } from "./session_table.ts";
import { prepareLazily, type Statements } from "./statements.ts";
import { tryLstat } from "../state/folder.ts";

/** `normal` survives a crash of any process, `full` also a power failure. */
type Durability = "normal" | "full";

/** Options of {@linkcode Journal.open}. */
export interface JournalOptions {
  readonly durability: Durability;
  /**
   * The longest time that a write waits for other processes, in milliseconds.
   *
   * @default {500}
   */
  readonly busyTimeoutMs?: number;
}

/** The longest time that a write waits for other processes by default, in milliseconds. */
export const BUSY_TIMEOUT_MS = 500;

/** The size to which a checkpoint cuts the write-ahead log, in bytes: that of 1,000 pages. */
export const WAL_BYTES = 4 * 1024 * 1024;

/** Lets only the user read the file. */
const FILE_MODE = 0o600;

function createFile(path: string): void {
  Deno.openSync(path, { create: true, write: true, mode: FILE_MODE }).close();
}

function readSchemaVersion(database: DatabaseSync): number {
  return Number(database.prepare("PRAGMA user_version").get()?.user_version);
}

function createSchemaError(path: string, version: number): JournalError {
  const advice = version > MIGRATIONS.length
    ? "Update deno-channel, or give another --state-dir"
    : "The next session, or the gateway, brings it up to date";
  return new JournalError(
    `Cannot use the journal ${path}: its schema has version ${version}, this deno-channel ` +
      `knows ${MIGRATIONS.length}. ${advice}`,
  );
}

function migrate(database: DatabaseSync, path: string): void {
  if (readSchemaVersion(database) === MIGRATIONS.length) return;
  database.exec("BEGIN IMMEDIATE");
  try {
    // Another process may have migrated it while this one waited for its turn.
    const version = readSchemaVersion(database);
    if (version > MIGRATIONS.length) throw createSchemaError(path, version);
    for (const migration of MIGRATIONS.slice(version)) database.exec(migration);
    database.exec(`PRAGMA user_version = ${MIGRATIONS.length}`);
    database.exec("COMMIT");
  } catch (error) {
    // A full disk has ended the transaction already.
    if (database.isTransaction) database.exec("ROLLBACK");
    throw error;
  }
}

const SQL = {
  begin: "BEGIN IMMEDIATE",
  commit: "COMMIT",
  rollback: "ROLLBACK",
  secret: "SELECT value FROM settings WHERE key = 'secret'",
  insertSecret: "INSERT OR IGNORE INTO settings (key, value) VALUES ('secret', ?)",
  dataVersion: "PRAGMA data_version",
  pageCount: "PRAGMA page_count",
  freePageCount: "PRAGMA freelist_count",
  pageSize: "PRAGMA page_size",
  changeCount: "SELECT total_changes()",
  probe: "INSERT OR REPLACE INTO settings (key, value) VALUES ('probed_at', ?)",
  skipOutbound: `UPDATE sqlite_sequence SET seq = max(seq, ?1) WHERE name = 'outbound'`,
  beginOutbound: `INSERT INTO sqlite_sequence (name, seq) SELECT 'outbound', ?1
                  WHERE NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = 'outbound')`,
  cutWal: "PRAGMA wal_checkpoint(TRUNCATE)",
};

function readNumber(statement: StatementSync): number {
  return Number(Object.values(statement.get() ?? {})[0]);
}

/** An open journal. */
export class Journal {
  readonly #database: DatabaseSync;
  readonly #sql: Statements<typeof SQL>;
  #pageSize: number | undefined;
  #busyTimeoutMs = BUSY_TIMEOUT_MS;
  #walPath: string | undefined;
  readonly events: EventTable;
  readonly outbound: OutboundTable;
  readonly permissions: PermissionTable;
  readonly sessions: SessionTable;
  readonly failures: FailureTable;
  readonly audit: AuditTable;

  private constructor(database: DatabaseSync) {
    this.#database = database;
    this.#sql = prepareLazily(database, SQL);
    this.events = new EventTable(database);
    this.outbound = new OutboundTable(database);
    this.permissions = new PermissionTable(database);
    this.sessions = new SessionTable(database);
    this.failures = new FailureTable(database);
    this.audit = new AuditTable(database);
  }

  /**
   * Opens the journal, and creates it where there is none.
   *
   * @throws {JournalError} When the file cannot be used, is corrupt, or has a newer schema.
   */
  static open(path: string, options: JournalOptions): Journal {
    let database: DatabaseSync | undefined;
    try {
      createFile(path);
      database = new DatabaseSync(path, { timeout: options.busyTimeoutMs ?? BUSY_TIMEOUT_MS });
      const journal = Journal.on(database, path, options);
      journal.#walPath = `${path}-wal`;
      return journal;
    } catch (error) {
      database?.close();
      throw toJournalError(error);
    }
  }

  /**
   * Opens the journal to read it only: nothing is created, migrated or written.
   *
   * @returns The journal, or `undefined` where there is none yet.
   * @throws {JournalError} When the file cannot be used, is corrupt, or has another schema.
   */
  static openForReading(path: string): Journal | undefined {
    let database: DatabaseSync | undefined;
    try {
      if (!tryLstat(path)?.isFile) return undefined;
      database = new DatabaseSync(path, { readOnly: true, timeout: BUSY_TIMEOUT_MS });
      const version = readSchemaVersion(database);
      if (version === MIGRATIONS.length) return new Journal(database);
      database.close();
      if (version === 0) return undefined;
      throw createSchemaError(path, version);
    } catch (error) {
      if (database?.isOpen) database.close();
      throw toJournalError(error);
    }
  }

  /**
   * Brings an open database to the current schema and makes it the journal.
   *
   * @param name Its name in messages.
   * @throws {JournalError} When its schema is newer.
   */
  static on(
    database: DatabaseSync,
    name: string,
    { durability, busyTimeoutMs = BUSY_TIMEOUT_MS }: JournalOptions = { durability: "normal" },
  ): Journal {
    database.exec(
      `PRAGMA journal_mode = WAL; PRAGMA synchronous = ${durability.toUpperCase()};
       PRAGMA journal_size_limit = ${WAL_BYTES}`,
    );
    migrate(database, name);
    const journal = new Journal(database);
    journal.#busyTimeoutMs = busyTimeoutMs;
    return journal;
  }

  /** Runs some statements as one: all of them are committed, or none. */
  transaction<T>(run: () => T): T {
    this.#sql("begin").run();
    try {
      const result = run();
      this.#sql("commit").run();
      return result;
    } catch (error) {
      if (this.#database.isTransaction) this.#sql("rollback").run();
      throw error;
    }
  }

  /** Reads the secret that the processes of this state folder prove to each other, in hexadecimal. */
  findSecret(): string | undefined {
    return this.#sql("secret").get()?.value as string | undefined;
  }

  /** Does the same as {@linkcode findSecret}, and makes a secret where there is none yet. */
  secret(create: () => string): string {
    const secret = this.findSecret();
    if (secret !== undefined) return secret;
    this.#sql("insertSecret").run(create());
    return String(this.findSecret());
  }

  /** Sets the longest time that a write waits for other processes. */
  setBusyTimeout(ms: number): void {
    if (ms !== this.#busyTimeoutMs) this.#database.exec(`PRAGMA busy_timeout = ${ms}`);
    this.#busyTimeoutMs = ms;
  }

  /** Counts the rows that this process has changed in the file. */
  changeCount(): number {
    return readNumber(this.#sql("changeCount"));
  }

  /** Writes a row that means nothing: only a page on disk shows that the journal can be written. */
  probe(nowMs: number): void {
    this.#sql("probe").run(String(nowMs));
  }

  /**
   * Numbers messages from a time on. Listeners have read up to a number of the journal before this one,
   * and would miss all messages up to it.
   */
  numberOutboundFrom(nowMs: number): void {
    this.#sql("skipOutbound").run(nowMs);
    this.#sql("beginOutbound").run(nowMs);
  }

  /** Reads the size of the write-ahead log, which grows for as long as a reader needs its beginning. */
  walBytes(): number {
    return this.#walPath === undefined ? 0 : tryLstat(this.#walPath)?.size ?? 0;
  }

  /** Empties the write-ahead log and cuts its file; returns `false` while a reader still needs it. */
  cutWal(): boolean {
    const busyTimeoutMs = this.#busyTimeoutMs;
    this.setBusyTimeout(0);
    try {
      return Number(this.#sql("cutWal").get()?.busy) === 0;
    } finally {
      this.setBusyTimeout(busyTimeoutMs);
    }
  }

  /** Reads a number that changes when another process has committed something. */
  dataVersion(): number {
    return readNumber(this.#sql("dataVersion"));
  }

  /** Counts the bytes that the rows take, without the pages that are free again. */
  usedBytes(): number {
    const pages = readNumber(this.#sql("pageCount")) - readNumber(this.#sql("freePageCount"));
    return pages * (this.#pageSize ??= readNumber(this.#sql("pageSize")));
  }

  /** Closes the file. Safe to call twice. */
  close(): void {
    if (this.#database.isOpen) this.#database.close();
  }
}
