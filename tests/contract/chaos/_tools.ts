/**
 * The tools of the system that make faults, where they exist: a disk of its own, limits, another clock.
 *
 * @module
 */

/** The ways to fill the disk: a disk of its own, or a limit on the files of each process. */
export const DISKS = ["tmpfs", "limit"] as const;

export type Disk = typeof DISKS[number];

const DISK_MIB = 48;

const FIND_CLOCK = `
for path in /usr/lib/*/faketime /usr/lib/faketime /usr/local/lib/faketime; do
  if [ -e "$path/libfaketimeMT.so.1" ]; then echo "$path/libfaketimeMT.so.1"; break; fi
done`;

/** Runs a line of shell; returns what it printed, or `undefined` when it failed. */
export async function runShell(script: string, ...args: string[]): Promise<string | undefined> {
  const { success, stdout } = await new Deno.Command("sh", {
    args: ["-c", script, ...args],
    stderr: "null",
  }).output();
  return success ? new TextDecoder().decode(stdout).trim() : undefined;
}

/** Mounts a small disk, which needs the rights of root; returns whether it is mounted. */
export async function mountDisk(folder: string): Promise<boolean> {
  return await runShell(`mount -t tmpfs -o size=${DISK_MIB}m chaos "$0"`, folder) !== undefined;
}

/** Returns whether the limits of another process can be set. */
export async function hasLimits(): Promise<boolean> {
  return await runShell("prlimit --version") !== undefined;
}

/**
 * Lets a process write nothing to files, or all again. The process must ignore SIGXFSZ: then its writes
 * fail.
 */
export async function limitFiles(pid: number, isFull: boolean): Promise<void> {
  await runShell(`prlimit --pid "$0" --fsize="$1":`, String(pid), isFull ? "0" : "unlimited");
}

/** Finds the library that gives a program another clock; `undefined` where it is not installed. */
export async function findClock(): Promise<string | undefined> {
  return await runShell(FIND_CLOCK) || undefined;
}

/**
 * Makes a command that ignores SIGXFSZ and, with a library, reads the offset of its wall clock from a
 * file at most once a second.
 */
export function wrapCommand(
  command: readonly string[],
  clock: { readonly library: string; readonly file: string } | undefined,
): [string, ...string[]] {
  const [library, file] = [clock?.library ?? "", clock?.file ?? ""];
  const script = `
trap '' XFSZ
library=$1 file=$2
shift 2
[ -z "$library" ] && exec "$@"
export FAKETIME_TIMESTAMP_FILE="$file" FAKETIME_CACHE_DURATION=1
export FAKETIME_DONT_FAKE_MONOTONIC=1 NO_FAKE_STAT=1
LD_PRELOAD=$library exec "$@"`;
  return ["sh", "-c", script, "sh", library, file, ...command];
}
