import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  accessPathOf,
  journalPathOf,
  lockPathOf,
  secretPathOf,
  sourcesPathOf,
  stateFilesOf,
} from "../../../server/state/folder.ts";
import {
  assertTrusted,
  findFileFault,
  findSourcesFault,
  findStateFault,
  StateFaultError,
} from "../../../server/state/guard.ts";
import { createScratch } from "../_scratch.ts";

/** A state folder with all its files. */
function createState(): string {
  const stateDir = `${createScratch()}/state's folder`;
  Deno.mkdirSync(stateDir, { mode: 0o700 });
  for (const name of ["ci", "gh"]) Deno.writeTextFileSync(secretPathOf(stateDir, name), "s");
  for (const path of stateFilesOf(stateDir)) Deno.writeTextFileSync(path, "", { mode: 0o600 });
  return stateDir;
}

function quote(path: string): string {
  return `'${path.replaceAll("'", "'\\''")}'`;
}

Deno.test("findStateFault() finds nothing wrong with a folder of one's own [state.guard]", () => {
  const stateDir = createState();
  assertEquals(findStateFault(stateDir), undefined);
  assertEquals(findStateFault(`${stateDir}/none`), undefined);
  for (const mode of [0o700, 0o750, 0o755]) {
    Deno.chmodSync(stateDir, mode);
    assertEquals(findStateFault(stateDir), undefined, mode.toString(8));
  }
  assertEquals([...Deno.readDirSync(stateDir)].length, stateFilesOf(stateDir).length);
});

Deno.test("findStateFault() refuses a folder that others can write [state.guard]", () => {
  const stateDir = createState();
  for (const mode of [0o720, 0o702, 0o777, 0o770]) {
    Deno.chmodSync(stateDir, mode);
    assertEquals(
      findStateFault(stateDir),
      `${stateDir} can be written by other users. Fix it with: chmod 700 ${quote(stateDir)}`,
      mode.toString(8),
    );
  }
});

Deno.test("findStateFault() refuses what is no folder [state.guard]", () => {
  const stateDir = createState();
  const path = journalPathOf(stateDir);
  assertEquals(findStateFault(path), `${path} is no folder. Fix it with: rm ${quote(path)}`);
});

Deno.test("findStateFault() refuses every file that others can write [state.guard]", () => {
  const stateDir = createState();
  for (const path of stateFilesOf(stateDir)) {
    Deno.chmodSync(path, 0o660);
    const mend = `Fix it with: chmod 600 ${quote(path)}`;
    assertEquals(findStateFault(stateDir), `${path} can be written by other users. ${mend}`);
    Deno.removeSync(path);
    assertEquals(findStateFault(stateDir), undefined);
  }
  const path = accessPathOf(stateDir);
  Deno.mkdirSync(path);
  assertEquals(findStateFault(stateDir), `${path} is no file. Fix it with: rm -r ${quote(path)}`);
});

Deno.test("findStateFault() looks at secrets and at the locks of writers, too [state.guard]", () => {
  const stateDir = createState();
  const files = stateFilesOf(stateDir);
  for (
    const path of [
      secretPathOf(stateDir, "ci"),
      secretPathOf(stateDir, "gh"),
      lockPathOf(sourcesPathOf(stateDir)),
      lockPathOf(accessPathOf(stateDir)),
    ]
  ) {
    assert(files.includes(path), path);
    Deno.removeSync(path);
    Deno.mkdirSync(path);
    const fault = `${path} is no file. Fix it with: rm -r ${quote(path)}`;
    assertEquals(findStateFault(stateDir), fault);
    assertThrows(() => assertTrusted(path), StateFaultError, fault);
    Deno.removeSync(path);
    assertTrusted(path);
  }
});

Deno.test("findFileFault() refuses a link, whatever it leads to, and a file of another user [state.guard]", () => {
  const path = accessPathOf(createState());
  const info = Deno.lstatSync(path);
  assertEquals(findFileFault(path, info), undefined);
  assertEquals(
    findFileFault(path, { ...info, isFile: false, isSymlink: true }),
    `${path} is a symbolic link. Fix it with: rm ${quote(path)}`,
  );
  assertEquals(
    findFileFault(path, { ...info, uid: (info.uid ?? 0) + 1 }),
    `${path} belongs to another user. Fix it with: sudo chown "$(id -u)" ${quote(path)}`,
  );
});

Deno.test("findSourcesFault() looks at the configuration and at each secret beside it [state.guard] [source.secrets]", () => {
  const stateDir = createState();
  assertEquals(findSourcesFault(stateDir), undefined);
  for (const path of [sourcesPathOf(stateDir), secretPathOf(stateDir, "gh")]) {
    Deno.chmodSync(path, 0o620);
    assertEquals(
      findSourcesFault(stateDir),
      `${path} can be written by other users. Fix it with: chmod 600 ${quote(path)}`,
    );
    Deno.removeSync(path);
    assertEquals(findSourcesFault(stateDir), undefined);
  }
  assertEquals(findSourcesFault(`${stateDir}/none`), undefined);
});
