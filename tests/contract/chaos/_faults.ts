/**
 * The faults of a chaos run.
 *
 * @module
 */

import { DatabaseSync } from "node:sqlite";
import { journalPathOf } from "../../../server/state/folder.ts";
import { askPid, pace } from "../_fleet.ts";
import { Holder, MANNERS } from "./_holder.ts";
import { type Fault, type FaultKind, pick, type Round } from "./_plan.ts";
import { type Disk, limitFiles } from "./_tools.ts";
import type { World } from "./_world.ts";

type FaultMaker = (world: World, fault: Fault) => Promise<void>;

/** The jumps of the clock, as the library of the clock reads them. */
const JUMPS: readonly string[] = ["+1h", "-1h", "+3d", "-3d", "+40d", "+5y"];

/** The time in which a program tries to take the lock, or the port. */
const TRY_MS = 3000;

/** Writes to the disk until it is full. */
function fillDisk(file: Deno.FsFile): void {
  for (const size of [1024 * 1024, 64 * 1024, 4096]) {
    const bytes = new Uint8Array(size);
    try {
      while (file.writeSync(bytes) === size);
    } catch {
      // There is no room for that much.
    }
  }
}

async function fillFor(world: World, { forMs }: Fault): Promise<void> {
  const path = `${world.folder}/disk/filler`;
  using file = Deno.openSync(path, { create: true, write: true });
  try {
    for (const end = performance.now() + forMs; performance.now() < end;) {
      fillDisk(file);
      await pace(50);
    }
  } finally {
    Deno.removeSync(path);
    file.truncateSync();
  }
}

/** Limits the processes; one that is told to leave meanwhile has its limit until it ends. */
async function limitFor(world: World, { forMs }: Fault): Promise<void> {
  const limitAll = (isFull: boolean) =>
    Promise.all(world.alive.map(({ process }) => limitFiles(process.pid, isFull)));
  world.isDiskFull = true;
  try {
    await limitAll(true);
    await pace(forMs);
  } finally {
    world.isDiskFull = false;
    await limitAll(false);
  }
}

/** Takes the lock of the journal, between the writes of its users; `false` when it is gone. */
async function tryLock(database: DatabaseSync): Promise<boolean> {
  for (const end = performance.now() + TRY_MS; performance.now() < end; await pace(2)) {
    try {
      database.exec("BEGIN EXCLUSIVE");
      return true;
    } catch {
      // Another process writes.
    }
  }
  return false;
}

async function lockFor(world: World, { forMs }: Fault): Promise<void> {
  let database: DatabaseSync;
  try {
    // A missing file stays missing.
    Deno.statSync(journalPathOf(world.stateDir));
    database = new DatabaseSync(journalPathOf(world.stateDir), { timeout: 0 });
  } catch {
    return world.note("there is no journal to lock");
  }
  using _ = database;
  if (!await tryLock(database)) return world.note("the journal could not be locked");
  world.note("the journal is locked");
  await pace(forMs);
  // The disk may be full, or the file removed.
  if (database.isTransaction) database.exec("ROLLBACK");
}

function removeIfThere(path: string): void {
  try {
    Deno.removeSync(path, { recursive: true });
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

function moveIfThere(from: string, to: string): void {
  try {
    Deno.renameSync(from, to);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

/** Ways to remove the journal. */
const REMOVALS: Readonly<Record<string, (world: World) => void>> = {
  "the folder is removed": ({ stateDir }) => removeIfThere(stateDir),
  "the folder is moved": ({ stateDir, folder, removals }) =>
    moveIfThere(stateDir, `${folder}/disk/moved-${removals.length}`),
  "the journal is removed": ({ stateDir }) => {
    for (const ending of ["", "-wal", "-shm"]) removeIfThere(journalPathOf(stateDir) + ending);
  },
};

function remove(world: World, { variant }: Fault): Promise<void> {
  const name = pick(Object.keys(REMOVALS), variant) ?? "";
  world.note(name);
  REMOVALS[name]?.(world);
  world.removals.push(performance.now());
  return Promise.resolve();
}

async function kill(world: World, { target }: Fault): Promise<void> {
  const member = await world.choose(target);
  if (member === undefined) return;
  await world.kill(member);
  world.open();
}

async function stopFor(world: World, { target, forMs }: Fault): Promise<void> {
  const member = await world.choose(target);
  if (member === undefined) return;
  world.note(`session ${member.process.pid} is stopped`);
  world.stop(member);
  await pace(forMs);
  world.goOn(member);
}

async function leaveUnread(world: World, { target, forMs }: Fault): Promise<void> {
  const member = await world.choose(target);
  if (member === undefined) return;
  world.note(`the client of session ${member.process.pid} does not read`);
  member.process.stopReading();
  await pace(forMs);
  member.process.readOn();
}

async function jumpFor(world: World, { kind, variant, forMs }: Fault): Promise<void> {
  const jump = kind === "past" ? "-1y" : pick(JUMPS, variant) ?? "";
  world.note(`the clock jumps by ${jump}`);
  Deno.writeTextFileSync(world.clockFile, `${jump}\n`);
  await pace(forMs);
  Deno.writeTextFileSync(world.clockFile, "+0\n");
}

/** Takes the port as soon as the owner is killed; the followers are stopped until then. */
async function takePort(world: World, { variant }: Fault): Promise<Holder | undefined> {
  const manner = pick(MANNERS, variant) ?? "silence";
  const pid = await askPid(world.port);
  const owner = world.alive.find(({ process }) => process.pid === pid);
  if (owner === undefined) {
    world.note("no session has the port");
    return undefined;
  }
  const followers = world.alive.filter((member) => member !== owner);
  for (const follower of followers) world.stop(follower);
  try {
    await world.kill(owner);
    for (const end = performance.now() + TRY_MS; performance.now() < end; await pace(2)) {
      try {
        const holder = new Holder(world.port, manner);
        world.note(`a stranger holds the port: ${manner}`);
        return holder;
      } catch (error) {
        if (!(error instanceof Deno.errors.AddrInUse)) throw error;
      }
    }
    world.note("a session is faster than the stranger");
    return undefined;
  } finally {
    for (const follower of followers) world.goOn(follower);
    world.open();
  }
}

async function holdFor(world: World, fault: Fault): Promise<void> {
  await using holder = await takePort(world, fault);
  if (holder === undefined) return;
  await pace(fault.forMs);
  world.note(`the stranger had ${holder.accepted} connections`);
}

/** The makers of the faults, for a way to fill the disk. */
function makersFor(disk: Disk | undefined): Readonly<Record<FaultKind, FaultMaker>> {
  return {
    disk: disk === "tmpfs" ? fillFor : limitFor,
    lock: lockFor,
    remove,
    kill,
    stop: stopFor,
    unread: leaveUnread,
    clock: jumpFor,
    past: jumpFor,
    holder: holdFor,
  };
}

/** Makes the faults of a round, and ends one session amid them. */
export async function makeRound(
  world: World,
  { faults, departure }: Round,
  disk: Disk | undefined,
): Promise<void> {
  const makers = makersFor(disk);

  async function makeFault(fault: Fault): Promise<void> {
    await pace(fault.atMs);
    await world.during(fault.kind, () => makers[fault.kind](world, fault));
  }

  async function depart(): Promise<void> {
    if (departure === undefined) return;
    await pace(departure.atMs);
    const member = await world.choose(departure.target);
    if (member === undefined) return;
    await world.during("departure", () => world.leave(member, departure.by));
    world.open();
  }

  const results = await Promise.allSettled([...faults.map(makeFault), depart()]);
  for (const result of results) if (result.status === "rejected") throw result.reason;
}
