import { assertEquals } from "@std/assert";
import { accessPathOf, journalPathOf, stateFilesOf } from "../../../server/state/folder.ts";
import { findFileFault, findStateFault } from "../../../server/state/guard.ts";
import { createScratch } from "../_scratch.ts";

/** A state folder with all its files. */
function createState(): string {
  const stateDir = `${createScratch()}/state's folder`;
  Deno.mkdirSync(stateDir, { mode: 0o700 });
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
      `${stateDir} can be written by other users. Mend it with: chmod 700 ${quote(stateDir)}`,
      mode.toString(8),
    );
  }
});

Deno.test("findStateFault() refuses what is no folder [state.guard]", () => {
  const stateDir = createState();
  const path = journalPathOf(stateDir);
  assertEquals(findStateFault(path), `${path} is no folder. Mend it with: rm ${quote(path)}`);
});

Deno.test("findStateFault() refuses every file that others can write [state.guard]", () => {
  const stateDir = createState();
  for (const path of stateFilesOf(stateDir)) {
    Deno.chmodSync(path, 0o660);
    const mend = `Mend it with: chmod 600 ${quote(path)}`;
    assertEquals(findStateFault(stateDir), `${path} can be written by other users. ${mend}`);
    Deno.removeSync(path);
    assertEquals(findStateFault(stateDir), undefined);
  }
  const path = accessPathOf(stateDir);
  Deno.mkdirSync(path);
  assertEquals(findStateFault(stateDir), `${path} is no file. Mend it with: rm -r ${quote(path)}`);
});

Deno.test("findFileFault() refuses a link, whatever it leads to [state.guard]", () => {
  const path = accessPathOf(createState());
  const info = Deno.lstatSync(path);
  assertEquals(findFileFault(path, info), undefined);
  assertEquals(
    findFileFault(path, { ...info, isFile: false, isSymlink: true }),
    `${path} is a symbolic link. Mend it with: rm ${quote(path)}`,
  );
});
