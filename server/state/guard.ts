/**
 * The state guard: a process that can write the state folder can speak, approve and let others in, so
 * the folder is used only where no other user can write it.
 *
 * @module
 */

import { linksOf, secretFilesOf, sourcesPathOf, stateFilesOf, tryLstat } from "./folder.ts";

/** The bits that let the group or any user write. */
const WRITABLE_BY_OTHERS = 0o022;

const WRITABLE_BY_OWNER = 0o200;

/** The error of a file that cannot be trusted. */
export class StateFaultError extends Error {
  override readonly name = "StateFaultError";
}

/** Quotes a path for a shell. */
function quote(path: string): string {
  return `'${path.replaceAll("'", "'\\''")}'`;
}

/**
 * The number of the user that runs this process: that of a file which it makes. `Deno.uid()` would
 * need a permission of its own.
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

/**
 * The number of the user that owns the folder of a file, which the start has found to be this one. A
 * process that reads the file again later remembers it: the folder may be another user's by then.
 */
export function findFolderUid(path: string): number | null {
  return tryLstat(path.slice(0, path.lastIndexOf("/")) || "/")?.uid ?? null;
}

function describeOwnerFault(path: string): string {
  return `${path} belongs to another user. Fix it with: sudo chown "$(id -u)" ${quote(path)}`;
}

/**
 * Looks for a reason why a file of the state folder cannot be trusted: it is a link, other users can
 * write it, or one of them owns it.
 *
 * @param path The path of the file.
 * @param info The information about it, without following a link.
 * @param ownUid The number of the user that must own it; by default that of the folder's owner.
 * @returns The fault and the command that fixes it, or nothing.
 */
export function findFileFault(
  path: string,
  info: Deno.FileInfo,
  ownUid: number | null = findFolderUid(path),
): string | undefined {
  if (info.isSymlink) return `${path} is a symbolic link. Fix it with: rm ${quote(path)}`;
  if (!info.isFile) return `${path} is no file. Fix it with: rm -r ${quote(path)}`;
  if (((info.mode ?? 0) & WRITABLE_BY_OTHERS) !== 0) {
    return `${path} can be written by other users. Fix it with: chmod 600 ${quote(path)}`;
  }
  return info.uid === ownUid ? undefined : describeOwnerFault(path);
}

/** The first fault of some files, as {@linkcode findFileFault} has it; a missing file has none. */
function findFault(paths: readonly string[], ownUid?: number | null): string | undefined {
  for (const path of paths) {
    const info = tryLstat(path);
    const fault = info && findFileFault(path, info, ownUid);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

/** Looks for a reason why the configuration of the sources, or a secret beside it, cannot be trusted. */
export function findSourcesFault(stateDir: string, ownUid?: number | null): string | undefined {
  return findFault([sourcesPathOf(stateDir), ...secretFilesOf(stateDir)], ownUid);
}

/**
 * Refuses a file of the state folder that cannot be trusted; a missing file is no fault.
 *
 * @throws {StateFaultError} With the fault and the command that fixes it.
 */
export function assertTrusted(path: string): void {
  const fault = findFault([path]);
  if (fault !== undefined) throw new StateFaultError(fault);
}

/**
 * Looks for a reason why a state folder cannot be trusted: it or a file in it is a link, belongs to
 * another user, or can be written by one.
 *
 * @param stateDir The folder; a missing folder is no fault.
 * @returns The fault and the command that fixes it, or nothing.
 */
export function findStateFault(stateDir: string): string | undefined {
  const folder = tryLstat(stateDir);
  if (folder === undefined) return undefined;
  if (folder.isSymlink) {
    return `${stateDir} is a symbolic link. Name the folder that it leads to with --state-dir`;
  }
  if (!folder.isDirectory) return `${stateDir} is no folder. Fix it with: rm ${quote(stateDir)}`;
  const { mode } = folder;
  if (((mode ?? 0) & WRITABLE_BY_OTHERS) !== 0) {
    return `${stateDir} can be written by other users. Fix it with: chmod 700 ${quote(stateDir)}`;
  }
  let ownUid: number | null;
  try {
    ownUid = findOwnUid(stateDir);
  } catch (error) {
    // Its owner may write it and this user may not: they are two users.
    const isForeign = error instanceof Deno.errors.PermissionDenied &&
      ((mode ?? 0) & WRITABLE_BY_OWNER) !== 0;
    if (isForeign) return describeOwnerFault(stateDir);
    // A folder that cannot be written is reported when something is saved in it.
    ownUid = folder.uid;
  }
  return folder.uid === ownUid
    ? findFault([...stateFilesOf(stateDir), ...linksOf(stateDir)], ownUid)
    : describeOwnerFault(stateDir);
}
