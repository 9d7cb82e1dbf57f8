/**
 * The lock of those who write a file of the state folder, and what is said when it cannot be written.
 *
 * @module
 */

import { createStateFolder, lockPathOf } from "./folder.ts";

const FILE_MODE = 0o600;

/**
 * Waits until nobody else writes a file by this way.
 *
 * @param stateDir The state folder; it is created where there is none.
 * @param path The path of the file.
 * @returns The lock, which is held until it is disposed of.
 * @throws {Error} When the folder cannot be written.
 */
export async function lockWriters(stateDir: string, path: string): Promise<Disposable> {
  createStateFolder(stateDir);
  const file = await Deno.open(lockPathOf(path), { create: true, write: true, mode: FILE_MODE });
  // The operating system lets go of the lock when its holder ends, however that happens.
  await file.lock(true);
  return file;
}

/** Says why a file of the state folder cannot be written, and what to do about it. */
export function describeWriteFault(path: string, error: unknown): string {
  return `Cannot write ${path}: ${(error as Error).message}. ` +
    "Make the folder writable, or give another one with --state-dir";
}

/**
 * Writes a file so that whoever reads it, and whatever fails, finds the old text or the new one. The
 * file is readable by its user only.
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
