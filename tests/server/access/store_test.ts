import {
  assert,
  assertEquals,
  assertFalse,
  assertMatch,
  assertRejects,
  assertStrictEquals,
  assertStringIncludes,
} from "@std/assert";
import { type Access, createAccess, formatAccess } from "../../../lib/access/access_file.ts";
import { removeSender, setPolicy } from "../../../lib/access/changes.ts";
import { AccessFileError, AccessStore } from "../../../server/access/store.ts";
import { accessPathOf, lastGoodPathOf } from "../../../server/state/folder.ts";
import { accepted, emptyAccess, HOUR_MS, NOW, withPairing, withSender } from "../../lib/_access.ts";
import { createScratch } from "../_scratch.ts";

/** A store of a new folder, and the faults that it reports. */
function createFixture() {
  const stateDir = `${createScratch()}/state`;
  const faults: string[] = [];
  const store = new AccessStore({ stateDir, onFault: (message) => faults.push(message) });
  return { stateDir, path: accessPathOf(stateDir), store, faults };
}

async function add(store: AccessStore, token: number, id = `sender-${token}`): Promise<void> {
  await store.update((access) => ({ ok: true, access: withSender(access, token, { id }) }));
}

function idsOf(store: AccessStore): string[] {
  const state = store.read();
  assert(state.ok, JSON.stringify(state));
  return state.access.senders.map(({ id }) => id);
}

function messageOf(store: AccessStore): string {
  const state = store.read();
  return state.ok ? "" : state.message;
}

function modeOf(path: string): number {
  return (Deno.statSync(path).mode ?? 0) & 0o777;
}

function namesIn(folder: string): string[] {
  return Array.from(Deno.readDirSync(folder), ({ name }) => name).sort();
}

/** Writes the file with a time of writing that is settled or not. */
function write(path: string, access: Access, ageMs = 0): void {
  Deno.writeTextFileSync(path, formatAccess(access), { mode: 0o600 });
  const time = new Date(Date.now() - ageMs);
  Deno.utimeSync(path, time, time);
}

Deno.test("AccessStore lets no sender in without a file, and creates none to read [access.file]", () => {
  const { store, stateDir, faults } = createFixture();
  const state = store.read();
  assert(state.ok);
  assertEquals(state.access, createAccess());
  assertStrictEquals(store.read(), state);
  assertFalse(new AccessStore({ stateDir }).read() === state);
  assertEquals([namesIn(`${stateDir}/..`), faults], [[], []]);
});

Deno.test("AccessStore.update() writes the file and its copy for their user only [access.file]", async () => {
  const { store, stateDir, path } = createFixture();
  await add(store, 1);
  assertEquals(namesIn(stateDir), ["access.json", "access.json.last-good", "access.json.lock"]);
  assertEquals([modeOf(stateDir), modeOf(path)], [0o700, 0o600]);
  assertEquals([modeOf(lastGoodPathOf(path)), modeOf(`${path}.lock`)], [0o600, 0o600]);
  const text = Deno.readTextFileSync(path);
  assertEquals(Deno.readTextFileSync(lastGoodPathOf(path)), text);

  // A reader that has opened the old file reads all of it: the new one takes its place.
  using old = Deno.openSync(path);
  await add(store, 2);
  const bytes = new Uint8Array(text.length + 1);
  assertEquals(old.readSync(bytes), text.length);
  assertEquals(new TextDecoder().decode(bytes.subarray(0, text.length)), text);
  assertEquals(idsOf(store), ["sender-1", "sender-2"]);
});

Deno.test("AccessStore.update() saves what a refusal asks to save, and nothing without a change [access.file]", async () => {
  const { store, path } = createFixture();
  const refusal = await store.update(() => ({ ok: false, message: "no" }));
  assertEquals(refusal, { ok: false, message: "no" });
  await store.update((access) => ({ ok: true, access }));
  assertEquals(await Deno.lstat(path).catch((error) => error.name), "NotFound");
  await store.update((access) => ({ ok: false, access: { ...access, wrong_codes: 1 } }));
  const state = store.read();
  assert(state.ok);
  assertEquals(state.access.wrong_codes, 1);
});

Deno.test("AccessStore.update() forgets what is long over [access.file]", async () => {
  const stateDir = createScratch();
  const store = new AccessStore({ stateDir, now: () => NOW + 2 * HOUR_MS });
  await store.update(() => ({ ok: true, access: withPairing(emptyAccess(), 1) }));
  const state = store.read();
  assert(state.ok);
  assertEquals(state.access.pairings, []);
});

Deno.test("AccessStore.update() refuses to write what could not be read again [access.file]", async () => {
  const { store, path } = createFixture();
  await add(store, 1);
  const before = Deno.readTextFileSync(path);
  const error = await assertRejects(
    () => store.update((access) => ({ ok: true, access: { ...access, wrong_codes: -1 } })),
    AccessFileError,
  );
  assertStringIncludes(
    error.message,
    "Invalid value at wrong_codes: expected a number of 0 or more",
  );
  assertEquals([path, lastGoodPathOf(path)].map((path) => Deno.readTextFileSync(path)), [
    before,
    before,
  ]);
});

Deno.test("AccessStore.update() loses nothing when several change it at once [access.file]", async () => {
  const { store, stateDir } = createFixture();
  const stores = [store, new AccessStore({ stateDir }), new AccessStore({ stateDir })];
  const numbers = Array.from({ length: 30 }, (_, i) => i);
  await Promise.all(numbers.map((number) => add(stores[number % 3] ?? store, number)));
  for (const store of stores) assertEquals(idsOf(store).length, numbers.length);
  assertEquals(new Set(idsOf(store)).size, numbers.length);
});

Deno.test("AccessStore.read() sees at once what another instance has changed [access.file]", async () => {
  const { store, stateDir } = createFixture();
  const other = new AccessStore({ stateDir });
  for (let number = 0; number < 20; number++) {
    await add(store, number);
    assertEquals(idsOf(other).length, number + 1);
  }
  await store.update((access) => accepted(removeSender(access, "sender-3")));
  assertFalse(idsOf(other).includes("sender-3"));
  assertStrictEquals(other.read(), other.read());
});

Deno.test("AccessStore.read() tells two files of the same moment and size apart [access.file]", () => {
  const { store, stateDir, path } = createFixture();
  Deno.mkdirSync(stateDir, { mode: 0o700 });
  const time = new Date();
  for (const id of ["one", "two"]) {
    write(path, withSender(createAccess(), 1, { id }));
    Deno.utimeSync(path, time, time);
    assertEquals(idsOf(store), [id]);
  }
});

Deno.test("AccessStore.read() reads a file once when that is not of this moment [access.file]", () => {
  const { store, stateDir, path } = createFixture();
  Deno.mkdirSync(stateDir, { mode: 0o700 });
  write(path, withSender(createAccess(), 1, { id: "ci" }), HOUR_MS);
  const { mtime } = Deno.statSync(path);
  assert(mtime);
  const state = store.read();
  Deno.writeTextFileSync(path, "x".repeat(Deno.statSync(path).size));
  Deno.utimeSync(path, mtime, mtime);
  assertStrictEquals(store.read(), state);
});

Deno.test("AccessStore lets no sender in while the file is corrupt, and keeps it [access.file]", async () => {
  const { store, stateDir, path, faults } = createFixture();
  await add(store, 1);
  const key = "5ec2e7";
  for (
    const [text, reason] of [
      [`{"version":1,"policy":"${key}"`, "The text is no JSON"],
      [`{"version":1,"policy":"${key}"}`, "Invalid value at policy: expected"],
      ["", "The text is no JSON"],
      ['{"version":2}', "Written by a newer deno-channel"],
    ] as const
  ) {
    const seen = faults.length;
    Deno.writeTextFileSync(path, text);
    assertStringIncludes(messageOf(store), `cannot be used: ${reason}`);
    const message = messageOf(store);
    assertStringIncludes(message, '"deno-channel access restore" brings it back');
    assertFalse(message.includes(key), message);
    assertEquals(faults.slice(seen), [message]);
    await assertRejects(() => add(store, 2), AccessFileError, reason);
    assertEquals(Deno.readTextFileSync(path), text);
    const [, kept = ""] = /It is kept as (\S+)\./.exec(message) ?? [];
    assertMatch(kept, /access\.json\.corrupt-\d{8}T\d{6}Z$/);
    assertEquals([Deno.readTextFileSync(kept), modeOf(kept)], [text, 0o600]);
    Deno.removeSync(kept);
  }

  // However many processes look, and however often: one copy.
  for (const now of [() => 0, () => HOUR_MS]) {
    assertFalse(new AccessStore({ stateDir, now }).read().ok);
  }
  assertEquals(namesIn(stateDir).filter((name) => name.includes("corrupt")).length, 1);
});

Deno.test("AccessStore uses a file again once it is fixed [access.file]", async () => {
  const { store, path, faults } = createFixture();
  await add(store, 1);
  const text = Deno.readTextFileSync(path);
  for (let i = 1; i <= 2; i++) {
    Deno.writeTextFileSync(path, "{");
    assertFalse(store.read().ok);
    Deno.writeTextFileSync(path, text);
    assertEquals([idsOf(store), faults.length], [["sender-1"], i]);
  }
  Deno.removeSync(path);
  assertEquals(idsOf(store), []);
});

Deno.test("AccessStore.restore() brings the last good copy back [access.restore]", async () => {
  const { store, stateDir, path } = createFixture();
  await add(store, 1);
  await store.update((access) => setPolicy(access, "allowlist"));
  const good = Deno.readTextFileSync(path);
  Deno.writeTextFileSync(path, "{");
  // One that has not read the file before keeps it as well.
  const access = await new AccessStore({ stateDir }).restore();
  assertEquals([access.policy, access.senders.map(({ id }) => id)], ["allowlist", ["sender-1"]]);
  assertEquals([Deno.readTextFileSync(path), modeOf(path)], [good, 0o600]);
  assertEquals(idsOf(store), ["sender-1"]);
  const [kept = ""] = namesIn(stateDir).filter((name) => name.includes("corrupt"));
  assertEquals(Deno.readTextFileSync(`${stateDir}/${kept}`), "{");
  await add(store, 2);
});

Deno.test("AccessStore.restore() refuses without a copy that can be trusted [access.restore]", async () => {
  const { store, path } = createFixture();
  const copy = lastGoodPathOf(path);
  const missing = await assertRejects(() => store.restore(), AccessFileError);
  assertEquals(missing.message, `Cannot restore the access file: ${copy} cannot be read`);

  await add(store, 1);
  Deno.writeTextFileSync(path, "{");
  Deno.chmodSync(copy, 0o620);
  await assertRejects(() => store.restore(), AccessFileError, "can be written by other users");
  Deno.chmodSync(copy, 0o600);
  Deno.writeTextFileSync(copy, "{", { mode: 0o600 });
  await assertRejects(() => store.restore(), AccessFileError, "The text is no JSON");
  assertEquals(Deno.readTextFileSync(path), "{");
});

Deno.test("AccessStore goes on without a copy when that cannot be written [access.restore]", async () => {
  const { store, path, faults } = createFixture();
  const copy = lastGoodPathOf(path);
  Deno.mkdirSync(`${copy}/in the way`, { recursive: true, mode: 0o700 });
  await add(store, 1);
  assertEquals(idsOf(new AccessStore({ stateDir: path.replace(/\/[^/]*$/, "") })), ["sender-1"]);
  assertEquals(faults.length, 1);
  assertStringIncludes(faults[0] ?? "", `Cannot copy the access file to ${copy}: `);
});

Deno.test("AccessStore refuses a file that is a folder, or open to others [access.file]", async () => {
  const { store, stateDir, path } = createFixture();
  await add(store, 1);
  for (const mode of [0o620, 0o602, 0o666]) {
    Deno.chmodSync(path, mode);
    assertStringIncludes(messageOf(store), `chmod 600 '${path}'`, mode.toString(8));
    await assertRejects(() => add(store, 2), AccessFileError, "can be written by other users");
  }
  Deno.chmodSync(path, 0o600);
  assertEquals(idsOf(store), ["sender-1"]);

  Deno.removeSync(path);
  Deno.mkdirSync(path);
  assertStringIncludes(messageOf(store), `${path} is no file`);
  assertEquals(namesIn(stateDir).filter((name) => name.includes("corrupt")), []);
});

/** A user that is not the one of this process. */
const OTHER_UID = 12_345;

/** Gives files to another user; returns `false` where this one may not. */
function giveAway(...paths: string[]): boolean {
  try {
    for (const path of paths) Deno.chownSync(path, OTHER_UID, OTHER_UID);
    return true;
  } catch {
    return false;
  }
}

Deno.test("AccessStore compares the owner of the file at each reading, also where the folder changed hands with it [state.owner]", async () => {
  for (const isWithFolder of [false, true]) {
    const { stateDir, path, store, faults } = createFixture();
    await add(store, 1);
    write(path, emptyAccess(), 5000);
    assertEquals(idsOf(store), []);
    // Only a privileged user can give files away.
    if (!giveAway(path, ...(isWithFolder ? [stateDir] : []))) return;
    assertStringIncludes(messageOf(store), `${path} belongs to another user`);
    assertEquals(faults.length, 1);
    await assertRejects(() => add(store, 2), AccessFileError, "belongs to another user");
  }
});
