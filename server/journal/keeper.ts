/**
 * The journal keeper: opens the journal when it is first needed, again after it failed, and anew where
 * its file was removed.
 *
 * A journal that cannot be used (full disk, foreign lock, read-only folder, newer schema) takes nothing
 * down: its caller gets an error with the reason, and the log says so once a minute. Reads go on while
 * writes fail. After a failure, writes fail at once for a second, and do not wait for locks from then
 * on; a timer tries until a page was written. A read proves nothing: the announcement that followed a
 * read made callers write, fail and read again, at 100 % of a core.
 *
 * Only the owner of the port moves a corrupt file aside, because others may still write to it.
 *
 * @module
 */

import { BUSY_TIMEOUT_MS, Journal, type JournalOptions } from "./journal.ts";
import { isFileFault, isJournalFault, JournalError, toJournalError } from "./error.ts";
import type { Logger } from "../runtime/log.ts";
import {
  createStateFolder,
  identifyFile,
  journalPathOf,
  moveCorruptJournal,
} from "../state/folder.ts";
import { findStateFault, StateFaultError } from "../state/guard.ts";

/** Options of a {@linkcode JournalKeeper}. */
interface JournalKeeperOptions extends JournalOptions {
  readonly stateDir: string;
  readonly log: Logger;
  /** Called by a timer when the journal can be written again, or when another file has begun. */
  readonly onUsable?: () => void;
  /**
   * The monotonic clock that measures waits, in milliseconds.
   *
   * @default {performance.now}
   */
  readonly uptime?: () => number;
  /** Runs a function after a time in milliseconds; returns a function that cancels it. */
  readonly later?: (ms: number, run: () => void) => () => void;
}

/** The time during which writes fail at once after one has failed, in milliseconds. */
const RETRY_MS = 1000;

/** The longest time that a write waits for a lock after one has failed, in milliseconds. */
const BUSY_AGAIN_MS = 50;

/** The longest time that a write waits for a lock once the process ends, in milliseconds. */
const BUSY_AT_END_MS = 250;

/** The least time between two checks that the file is still in its place, in milliseconds. */
const LOOK_MS = 1000;

/** The time between two reports of one problem, in milliseconds. */
const REPORT_MS = 60_000;

function runLater(ms: number, run: () => void): () => void {
  const timer = setTimeout(run, ms);
  return () => clearTimeout(timer);
}

export class JournalKeeper {
  readonly #options: JournalKeeperOptions;
  readonly #path: string;
  readonly #uptime: () => number;
  readonly #later: NonNullable<JournalKeeperOptions["later"]>;
  #busyTimeoutMs = BUSY_TIMEOUT_MS;
  #journal: Journal | undefined;
  #file: string | undefined;
  /** `true` from the moment in which the file is found to be gone until another one is open. */
  #isReplaced = false;
  #failure: { readonly error: JournalError; readonly at: number } | undefined;
  /** The time of the last read that failed. */
  #readFailedAt = -Infinity;
  #lookedAt = -Infinity;
  #reportedAt = -Infinity;
  #announcedAt = -Infinity;
  #cancelProbe: (() => void) | undefined;
  #cancelAnnouncement: (() => void) | undefined;
  #isClosed = false;
  /**
   * Called when another file has taken the place of the journal. Where it is set, a corrupt file is moved
   * aside.
   */
  onReplaced: (() => void) | undefined;

  constructor(options: JournalKeeperOptions) {
    this.#options = options;
    this.#path = journalPathOf(options.stateDir);
    this.#uptime = options.uptime ?? (() => performance.now());
    this.#later = options.later ?? runLater;
  }

  /** `false` from a failure until a write has succeeded. */
  get isUsable(): boolean {
    return this.#failure === undefined;
  }

  /**
   * Runs a function that only reads.
   *
   * @throws {JournalError} When the journal cannot be read.
   */
  read<T>(run: (journal: Journal) => T): T {
    const failure = this.#failure;
    if (failure !== undefined && this.#uptime() - this.#readFailedAt < RETRY_MS) {
      throw failure.error;
    }
    try {
      return run(this.#journal ?? this.#open());
    } catch (error) {
      throw this.#judge(error, () => this.#readFailedAt = this.#uptime());
    }
  }

  /**
   * Runs a function that writes. Opens the journal again first where its file is gone.
   *
   * @throws {JournalError} When the journal cannot be written.
   */
  write<T>(run: (journal: Journal) => T): T {
    const now = this.#uptime();
    const failure = this.#failure;
    if (failure !== undefined && now - failure.at < RETRY_MS) throw failure.error;
    try {
      if (now - this.#lookedAt >= LOOK_MS) {
        this.#lookedAt = now;
        this.refresh();
      }
      const journal = this.#journal ?? this.#open();
      return failure === undefined ? run(journal) : this.#writeAgain(journal, run);
    } catch (error) {
      throw this.#judge(error);
    }
  }

  /** Reads the secret of the state folder, also while nothing can be written. */
  secret(create: () => string): string {
    return this.read((journal) => journal.findSecret()) ??
      this.write((journal) => journal.secret(create));
  }

  /** Drops the journal when its file is gone; the next use opens the one in its place, or a new one. */
  refresh(): void {
    if (this.#journal === undefined || identifyFile(this.#path) === this.#file) return;
    this.#isReplaced = true;
    this.#drop();
    this.#options.log.warn(
      `The journal was removed, moved or replaced: ${this.#path}. Events that it held are gone with ` +
        "it; sessions go on in the file that takes its place",
    );
  }

  /** Makes writes wait only briefly for locks from now on: the process is asked to end. */
  hurry(): void {
    this.#busyTimeoutMs = BUSY_AT_END_MS;
    this.#journal?.setBusyTimeout(BUSY_AT_END_MS);
  }

  /** Closes the journal; it is not opened again. Safe to call twice. */
  close(): void {
    this.#isClosed = true;
    this.#cancelProbe?.();
    this.#cancelAnnouncement?.();
    this.#drop();
  }

  #open(): Journal {
    if (this.#isClosed) throw new JournalError("Cannot use the journal: it is closed");
    this.#prepareFolder();
    const journal = this.#openOrReplace();
    if (this.#isReplaced) {
      try {
        journal.numberOutboundFrom(Date.now());
      } catch (error) {
        journal.close();
        throw error;
      }
    }
    this.#journal = journal;
    this.#file = identifyFile(this.#path);
    if (!this.#isReplaced) return journal;
    this.#isReplaced = false;
    this.onReplaced?.();
    this.#announce();
    return journal;
  }

  /** Creates the folder; checks one that has taken another's place, because the start checked that one. */
  #prepareFolder(): void {
    const { stateDir } = this.#options;
    try {
      createStateFolder(stateDir);
      const fault = this.#isReplaced ? findStateFault(stateDir) : undefined;
      if (fault !== undefined) throw new StateFaultError(fault);
    } catch (error) {
      throw toJournalError(error);
    }
  }

  #openOrReplace(): Journal {
    const { stateDir, durability, log } = this.#options;
    const busyTimeoutMs = this.isUsable ? this.#busyTimeoutMs : BUSY_AGAIN_MS;
    const open = () => Journal.open(this.#path, { durability, busyTimeoutMs });
    try {
      return open();
    } catch (error) {
      if (this.onReplaced === undefined || !(error as JournalError).isCorrupt) throw error;
      const aside = moveCorruptJournal(stateDir, Date.now());
      log.warn(`The journal is corrupt. It was moved to ${aside}; a new one begins`);
      this.#isReplaced = true;
      return open();
    }
  }

  /** Writes after a failure. A statement that changes no row succeeds on a full disk as well. */
  #writeAgain<T>(journal: Journal, run: (journal: Journal) => T): T {
    journal.setBusyTimeout(BUSY_AGAIN_MS);
    const before = journal.changeCount();
    const result = run(journal);
    if (journal.changeCount() === before) return result;
    this.#failure = undefined;
    journal.setBusyTimeout(this.#busyTimeoutMs);
    this.#announce();
    return result;
  }

  /** Converts an error of SQLite; one of the file or its disk makes the next writes fail at once. */
  #judge(error: unknown, note?: () => void): unknown {
    if (!isJournalFault(error)) return error;
    const fault = toJournalError(error);
    if (this.#isClosed) return fault;
    if (isFileFault(error)) {
      note?.();
      if (fault.isCorrupt) this.#drop();
      this.#failure = { error: fault, at: this.#uptime() };
      this.#cancelProbe ??= this.#later(RETRY_MS, () => this.#probe());
    }
    const now = this.#uptime();
    if (now - this.#reportedAt >= REPORT_MS) {
      this.#reportedAt = now;
      this.#options.log.warn(fault.message);
    }
    return fault;
  }

  /** Tries whether the journal can be written again. */
  #probe(): void {
    this.#cancelProbe = undefined;
    if (this.#failure === undefined || this.#isClosed) return;
    try {
      this.write((journal) => journal.probe(Date.now()));
    } catch (error) {
      if (!(error instanceof JournalError)) throw error;
      this.#cancelProbe ??= this.#later(RETRY_MS, () => this.#probe());
    }
  }

  /** Announces that the journal can be used: by a timer, and at most once a second. */
  #announce(): void {
    if (this.#options.onUsable === undefined) return;
    const waitMs = Math.max(0, this.#announcedAt + RETRY_MS - this.#uptime());
    this.#cancelAnnouncement ??= this.#later(waitMs, () => {
      this.#cancelAnnouncement = undefined;
      this.#announcedAt = this.#uptime();
      // After a new failure, the next write that succeeds announces it.
      if (this.isUsable && !this.#isClosed) this.#options.onUsable?.();
    });
  }

  #drop(): void {
    try {
      this.#journal?.close();
    } finally {
      this.#journal = undefined;
    }
  }
}
