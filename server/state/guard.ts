/**
 * The state guard: whoever can write the state folder can speak, approve and let others in, so it is
 * used only when nobody but its user can.
 *
 * @module
 */

import { stateFilesOf } from "./folder.ts";

/** Whoever may write beside the owner: the group and everybody. */
const WRITABLE_BY_OTHERS = 0o022;

const WRITABLE_BY_OWNER = 0o200;

/** Quotes a path for a shell. */
function quote(path: string): string {
  return `'${path.replaceAll("'", "'\\''")}'`;
}

function tryLstat(path: string): Deno.FileInfo | undefined {
  try {
    return Deno.lstatSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/**
 * The number of the user whose process this is: that of a file which it makes. `Deno.uid()` would need
 * a permission of its own.
 *
 * @throws {Error} When the process cannot make a file there.
 */
function findOwnUid(stateDir: string): number | null {
  const path = Deno.makeTempFileSync({ dir: stateDir, prefix: ".owner-" });
  try {
    return Deno.lstatSync(path).uid;
  } finally {
    Deno.removeSync(path);
  }
}

function isWritableByOwner({ mode }: Deno.FileInfo): boolean {
  return ((mode ?? 0) & WRITABLE_BY_OWNER) !== 0;
}

function describeOwnerFault(path: string): string {
  return `${path} belongs to another user. Mend it with: sudo chown "$(id -u)" ${quote(path)}`;
}

function findOwnerFault(path: string, { uid }: Deno.FileInfo, ownUid: number | null) {
  return uid === ownUid ? undefined : describeOwnerFault(path);
}

/**
 * Looks for a reason why a file of the state folder cannot be trusted.
 *
 * @param path The path of the file.
 * @param info What is known of it, without following a link.
 * @returns What is wrong and the command that mends it, or nothing.
 */
export function findFileFault(path: string, info: Deno.FileInfo): string | undefined {
  if (info.isSymlink) {
    return `${path} is a symbolic link. Mend it with: rm ${quote(path)}`;
  }
  if (!info.isFile) return `${path} is no file. Mend it with: rm -r ${quote(path)}`;
  if (((info.mode ?? 0) & WRITABLE_BY_OTHERS) !== 0) {
    return `${path} can be written by other users. Mend it with: chmod 600 ${quote(path)}`;
  }
  return undefined;
}

/**
 * Looks for a reason why a state folder cannot be trusted: it or a file in it is a link, belongs to
 * somebody else, or can be written by others.
 *
 * @param stateDir The folder; where there is none yet, nothing is wrong.
 * @returns What is wrong and the command that mends it, or nothing.
 */
export function findStateFault(stateDir: string): string | undefined {
  const folder = tryLstat(stateDir);
  if (folder === undefined) return undefined;
  if (folder.isSymlink) {
    return `${stateDir} is a symbolic link. Name the folder that it leads to with --state-dir`;
  }
  if (!folder.isDirectory) return `${stateDir} is no folder. Mend it with: rm ${quote(stateDir)}`;
  if (((folder.mode ?? 0) & WRITABLE_BY_OTHERS) !== 0) {
    return `${stateDir} can be written by other users. Mend it with: chmod 700 ${quote(stateDir)}`;
  }
  let ownUid: number | null;
  try {
    ownUid = findOwnUid(stateDir);
  } catch (error) {
    // Its owner may write it and this user may not: they are not the same.
    if (error instanceof Deno.errors.PermissionDenied && isWritableByOwner(folder)) {
      return describeOwnerFault(stateDir);
    }
    // A folder that cannot be written is reported when something is kept in it.
    ownUid = folder.uid;
  }
  const fault = findOwnerFault(stateDir, folder, ownUid);
  if (fault !== undefined) return fault;
  for (const path of stateFilesOf(stateDir)) {
    const info = tryLstat(path);
    if (info === undefined) continue;
    const fault = findFileFault(path, info) ?? findOwnerFault(path, info, ownUid);
    if (fault !== undefined) return fault;
  }
  return undefined;
}
