/**
 * The journal keeper: opens the journal when it is first needed, and again after it failed.
 *
 * A journal that cannot be used (full disk, read-only folder, newer schema) takes nothing down: its
 * caller gets an error with the reason, and the log says so once a minute. Only the owner of the port
 * moves a corrupt file aside, because others may still write to it.
 *
 * @module
 */

import { Journal, type JournalOptions } from "./journal.ts";
import { isJournalFault, JournalError, toJournalError } from "./error.ts";
import type { Logger } from "../runtime/log.ts";
import {
  createStateFolder,
  identifyFile,
  journalPathOf,
  moveCorruptJournal,
} from "../state/folder.ts";

/** Options of a {@linkcode JournalKeeper}. */
interface JournalKeeperOptions extends JournalOptions {
  readonly stateDir: string;
  readonly log: Logger;
  /** Called when the journal can be used: for the first time, and again after it could not. */
  readonly onUsable?: () => void;
  /**
   * The monotonic clock that measures waits, in milliseconds.
   *
   * @default {performance.now}
   */
  readonly uptime?: () => number;
}

/** The time until an open that failed is tried again, in milliseconds. */
const RETRY_MS = 1000;

/** The time between two reports of one problem, in milliseconds. */
const REPORT_MS = 60_000;

export class JournalKeeper {
  readonly #options: JournalKeeperOptions;
  readonly #path: string;
  readonly #uptime: () => number;
  #journal: Journal | undefined;
  #file: string | undefined;
  #failure: { readonly error: JournalError; readonly at: number } | undefined;
  #reportedAt = -Infinity;
  #isClosed = false;
  /** Called when a corrupt file was moved aside, before a new one begins; without it, none is moved. */
  onReplaced: (() => void) | undefined;

  constructor(options: JournalKeeperOptions) {
    this.#options = options;
    this.#path = journalPathOf(options.stateDir);
    this.#uptime = options.uptime ?? (() => performance.now());
  }

  /** `false` when the last use of the journal has failed. */
  get isUsable(): boolean {
    return this.#failure === undefined;
  }

  /**
   * Runs a function with the journal.
   *
   * @throws {JournalError} When the journal cannot be used.
   */
  use<T>(run: (journal: Journal) => T): T {
    try {
      const isNews = this.#journal === undefined || this.#failure !== undefined;
      const result = run(this.#journal ??= this.#open());
      this.#failure = undefined;
      if (isNews) queueMicrotask(() => this.#options.onUsable?.());
      return result;
    } catch (error) {
      throw isJournalFault(error) ? this.#report(toJournalError(error)) : error;
    }
  }

  /** Opens the journal again when another file has taken its place. */
  refresh(): void {
    if (this.#journal !== undefined && identifyFile(this.#path) !== this.#file) this.#drop();
  }

  /** Closes the journal; it is not opened again. Safe to call twice. */
  close(): void {
    this.#isClosed = true;
    this.#drop();
  }

  #open(): Journal {
    if (this.#isClosed) throw new JournalError("Cannot use the journal: it is closed");
    if (this.#failure !== undefined && this.#uptime() - this.#failure.at < RETRY_MS) {
      throw this.#failure.error;
    }
    try {
      createStateFolder(this.#options.stateDir);
    } catch (error) {
      throw toJournalError(error);
    }
    const journal = this.#openOrReplace();
    this.#file = identifyFile(this.#path);
    return journal;
  }

  #openOrReplace(): Journal {
    try {
      return Journal.open(this.#path, this.#options);
    } catch (error) {
      if (this.onReplaced === undefined || !(error as JournalError).isCorrupt) throw error;
      const aside = moveCorruptJournal(this.#options.stateDir, Date.now());
      this.#options.log.warn(`The journal is corrupt. It was moved to ${aside}; a new one begins`);
      this.onReplaced();
      return Journal.open(this.#path, this.#options);
    }
  }

  #report(error: JournalError): JournalError {
    if (this.#isClosed) return error;
    if (error.isCorrupt) this.#drop();
    const now = this.#uptime();
    if (this.#failure?.error !== error) this.#failure = { error, at: now };
    if (now - this.#reportedAt >= REPORT_MS) {
      this.#reportedAt = now;
      this.#options.log.warn(error.message);
    }
    return error;
  }

  #drop(): void {
    try {
      this.#journal?.close();
    } finally {
      this.#journal = undefined;
    }
  }
}
