/**
 * Writing a file of the state folder: one process at a time, and as a whole.
 *
 * @module
 */

import { createStateFolder, lockPathOf } from "./folder.ts";
import { assertTrusted, StateFaultError } from "./guard.ts";

const FILE_MODE = 0o600;

/**
 * Waits until no other process holds the lock of a file.
 *
 * @param stateDir The state folder; it is created where there is none.
 * @param path The path of the file.
 * @returns The lock, which is held until it is disposed of.
 * @throws {StateFaultError} When the file of the lock cannot be trusted.
 * @throws {Error} When the folder cannot be written.
 */
export async function lockWriters(stateDir: string, path: string): Promise<Disposable> {
  createStateFolder(stateDir);
  const lockPath = lockPathOf(path);
  // Opening a link would create, or lock, the file that it leads to.
  assertTrusted(lockPath);
  const file = await Deno.open(lockPath, { create: true, write: true, mode: FILE_MODE });
  // The operating system lets go of the lock when its holder ends, however that happens.
  await file.lock(true);
  return file;
}

/** Says why a file of the state folder cannot be written, and how to fix it. */
export function describeWriteFault(path: string, error: unknown): string {
  const { message } = error as Error;
  if (error instanceof StateFaultError) return `Cannot write ${path}: ${message}`;
  return `Cannot write ${path}: ${message}. ` +
    "Make the folder writable, or give another one with --state-dir";
}

/**
 * Writes a file as a whole: a reader finds the old text or the new one, whatever fails. Only its user
 * can read the file.
 *
 * @param path The path of the file; a temporary one is made beside it.
 * @param text The text.
 */
export async function writeAtomically(path: string, text: string): Promise<void> {
  const temporary = `${path}.${crypto.getRandomValues(new Uint8Array(8)).toHex()}.tmp`;
  try {
    using file = await Deno.open(temporary, { createNew: true, write: true, mode: FILE_MODE });
    const bytes = new TextEncoder().encode(text);
    for (let written = 0; written < bytes.length;) {
      written += await file.write(bytes.subarray(written));
    }
    await file.sync();
    await Deno.rename(temporary, path);
  } catch (error) {
    await Deno.remove(temporary).catch(() => {});
    throw error;
  }
}
