/**
 * The access file: read again whenever it has changed, and written by one process at a time.
 *
 * A file that cannot be read or understood shuts all senders out until it is fixed, because it may
 * have revoked any of them. It stays where it is, and a copy of it is kept.
 *
 * @module
 */

import {
  type Access,
  createAccess,
  formatAccess,
  tryParseAccess,
} from "../../lib/access/access_file.ts";
import { pruneAccess } from "../../lib/access/changes.ts";
import { findFileFault, findFolderUid } from "../state/guard.ts";
import { accessPathOf, corruptPathOf, lastGoodPathOf } from "../state/folder.ts";
import { describeWriteFault, lockWriters, writeAtomically } from "../state/write_file.ts";

/** The content of the access file, or the reason why no sender gets in. */
export type AccessState =
  | { readonly ok: true; readonly access: Access }
  | { readonly ok: false; readonly message: string };

/** A change of the access, as the functions of `lib/access/changes.ts` return it. */
export interface AccessOutcome {
  readonly ok: boolean;
  /** The access to save; absent when nothing has changed. */
  readonly access?: Access;
}

/** Options of an {@linkcode AccessStore}. */
interface AccessStoreOptions {
  readonly stateDir: string;
  /** Called with the reason when the file or its copy cannot be used, once for each change. */
  readonly onFault?: (message: string) => void;
  /** The clock, in milliseconds since the epoch. */
  readonly now?: () => number;
}

/** A file that is not understood. */
interface CorruptFile {
  readonly text: string;
  readonly info: Deno.FileInfo;
}

/** The error of a change to an access file that cannot be used. */
export class AccessFileError extends Error {
  override readonly name = "AccessFileError";
}

const FILE_MODE = 0o600;

/**
 * The age from which the version of a file tells it from the next one: two files of the same moment can
 * have the same number, size and time.
 */
const SETTLED_MS = 1000;

/** Reads and writes the access file of a state folder. */
export class AccessStore {
  readonly #options: AccessStoreOptions;
  readonly #path: string;
  readonly #now: () => number;
  /** Identifies the file as it was read; `undefined` while another one could look the same. */
  #version: string | undefined;
  /** The text that was read, `null` where there is no file; `undefined` after a fault. */
  #text: string | null | undefined;
  #state: AccessState = { ok: false, message: "The access file was not read yet" };
  /** The number of this user, once there is a folder. */
  #ownUid: number | undefined;
  /** The reason why the last write failed. */
  #writeFault: string | undefined;

  constructor(options: AccessStoreOptions) {
    this.#options = options;
    this.#path = accessPathOf(options.stateDir);
    this.#now = options.now ?? Date.now;
  }

  /**
   * Reads the file if it has changed. Without a file, no sender is let in yet.
   *
   * @returns The same object as before when the file has not changed.
   */
  read(): AccessState {
    this.#ownUid ??= findFolderUid(this.#path) ?? undefined;
    try {
      const info = Deno.lstatSync(this.#path);
      const { dev, ino, size, mtime, mode, uid } = info;
      const version = `${dev}:${ino}:${size}:${mtime?.getTime()}:${mode}:${uid}`;
      if (version !== this.#version) {
        this.#state = this.#parse(info);
        const isSettled = this.#now() - (mtime?.getTime() ?? Infinity) > SETTLED_MS;
        this.#version = isSettled ? version : undefined;
      }
    } catch (error) {
      this.#version = undefined;
      if (error instanceof Deno.errors.NotFound) {
        if (this.#text !== null) this.#forget();
      } else this.#state = this.#refuse(`it cannot be read (${(error as Error).name})`);
    }
    return this.#state;
  }

  /**
   * Changes the access while no other process does.
   *
   * @param change Makes the new access of the present one; a pure function.
   * @returns Its result, once the access is on disk.
   * @throws {AccessFileError} When the file cannot be used or written.
   */
  async update<Outcome extends AccessOutcome>(
    change: (access: Access) => Outcome,
  ): Promise<Outcome> {
    return await this.#withLock(async () => {
      this.#version = undefined;
      const state = this.read();
      if (!state.ok) throw new AccessFileError(state.message);
      const outcome = change(state.access);
      if (outcome.access !== undefined && outcome.access !== state.access) {
        await this.#write(pruneAccess(outcome.access, this.#now()));
      }
      return outcome;
    });
  }

  /**
   * Restores the file from its last good copy.
   *
   * @throws {AccessFileError} When there is no copy that can be used.
   */
  async restore(): Promise<Access> {
    return await this.#withLock(async () => {
      this.read(); // Keeps a copy of a corrupt file.
      const path = lastGoodPathOf(this.#path);
      let text: string;
      try {
        const fault = findFileFault(path, await Deno.lstat(path), this.#ownUid);
        if (fault !== undefined) throw new AccessFileError(`Cannot restore: ${fault}`);
        text = await Deno.readTextFile(path);
      } catch (error) {
        if (error instanceof AccessFileError) throw error;
        throw new AccessFileError(`Cannot restore the access file: ${path} cannot be read`, {
          cause: error,
        });
      }
      const parsed = tryParseAccess(text);
      if (!parsed.ok) {
        throw new AccessFileError(`Cannot restore the access file from ${path}: ${parsed.message}`);
      }
      await this.#write(parsed.access);
      return parsed.access;
    });
  }

  #forget(): void {
    this.#text = null;
    this.#state = { ok: true, access: createAccess() };
  }

  #parse(info: Deno.FileInfo): AccessState {
    const fault = findFileFault(this.#path, info, this.#ownUid);
    if (fault !== undefined) return this.#refuse(fault);
    const text = Deno.readTextFileSync(this.#path);
    if (text === this.#text) return this.#state;
    const parsed = tryParseAccess(text);
    if (!parsed.ok) return this.#refuse(parsed.message, { text, info });
    this.#text = text;
    return parsed;
  }

  #refuse(reason: string, corrupt?: CorruptFile): AccessState {
    this.#text = undefined;
    const kept = corrupt === undefined ? "" : this.#keepCorrupt(corrupt);
    const message =
      `No sender gets in: the access file ${this.#path} cannot be used: ${reason}.${kept} ` +
      `The last good copy is ${
        lastGoodPathOf(this.#path)
      }: "deno-channel access restore" brings it back`;
    if (this.#state.ok || this.#state.message !== message) this.#options.onFault?.(message);
    return { ok: false, message };
  }

  /**
   * Keeps a copy of a file that is not understood; returns its place, as a sentence. The copy is named
   * after the time of the file: there is one, however often the file is read.
   */
  #keepCorrupt({ text, info }: CorruptFile): string {
    const path = corruptPathOf(this.#path, info.mtime?.getTime() ?? this.#now());
    try {
      Deno.writeTextFileSync(path, text, { createNew: true, mode: FILE_MODE });
    } catch (error) {
      if (!(error instanceof Deno.errors.AlreadyExists)) return "";
    }
    return ` It is kept as ${path}.`;
  }

  async #write(access: Access): Promise<void> {
    const text = formatAccess(access);
    // A file that cannot be read again would shut all senders out, and so would its copy.
    const parsed = tryParseAccess(text);
    if (!parsed.ok) {
      throw new AccessFileError(`Cannot write the access file ${this.#path}: ${parsed.message}`);
    }
    await writeAtomically(this.#path, text).catch((error) => this.#failToWrite(error));
    this.#writeFault = undefined;
    this.read();
    await this.#writeLastGood(text);
  }

  /** Copies the file. A failure is only reported: the change itself is on disk. */
  async #writeLastGood(text: string): Promise<void> {
    const path = lastGoodPathOf(this.#path);
    try {
      await writeAtomically(path, text);
    } catch (error) {
      // An old copy could bring back a sender that was revoked.
      await Deno.remove(path).catch(() => {});
      this.#options.onFault?.(
        `Cannot copy the access file to ${path}: ${(error as Error).message}`,
      );
    }
  }

  async #withLock<T>(run: () => Promise<T>): Promise<T> {
    using _lock = await lockWriters(this.#options.stateDir, this.#path)
      .catch((error) => this.#failToWrite(error));
    return await run();
  }

  /** Throws the reason why the file cannot be written, and reports it once. */
  #failToWrite(error: unknown): never {
    const fault = describeWriteFault(this.#path, error);
    if (fault !== this.#writeFault) this.#options.onFault?.(fault);
    this.#writeFault = fault;
    throw new AccessFileError(fault, { cause: error });
  }
}
