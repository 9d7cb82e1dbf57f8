import { assertEquals, assertRejects } from "@std/assert";
import {
  describeWriteFault,
  lockWriters,
  writeAtomically,
} from "../../../server/state/write_file.ts";
import { StateFaultError } from "../../../server/state/guard.ts";
import { createScratch } from "../_scratch.ts";

function namesIn(folder: string): string[] {
  return Array.from(Deno.readDirSync(folder), ({ name }) => name).sort();
}

Deno.test("writeAtomically() puts a new file in the place of the old one, for its user only [source.config]", async () => {
  const folder = createScratch();
  const path = `${folder}/config.json`;
  Deno.writeTextFileSync(path, "old text", { mode: 0o644 });
  using old = Deno.openSync(path);
  const text = "new text, é ".repeat(100_000);
  await writeAtomically(path, text);
  assertEquals(Deno.readTextFileSync(path), text);
  assertEquals((Deno.statSync(path).mode ?? 0) & 0o777, 0o600);
  const bytes = new Uint8Array(20);
  assertEquals(old.readSync(bytes), "old text".length);
  assertEquals(namesIn(folder), ["config.json"]);
});

Deno.test("writeAtomically() leaves the old file and nothing else when it fails [source.config]", async () => {
  const folder = createScratch();
  const path = `${folder}/config.json`;
  Deno.mkdirSync(`${path}/in-the-way`, { recursive: true });
  await assertRejects(() => writeAtomically(path, "text"));
  assertEquals([namesIn(folder), namesIn(path)], [["config.json"], ["in-the-way"]]);
  await assertRejects(() => writeAtomically(`${folder}/none/config.json`, "text"));
});

Deno.test("lockWriters() takes no lock whose file cannot be trusted [state.guard]", async () => {
  const stateDir = createScratch();
  const path = `${stateDir}/access.json`;
  const lockPath = `${path}.lock`;
  const lock = await lockWriters(stateDir, path);
  lock[Symbol.dispose]();
  Deno.chmodSync(lockPath, 0o666);
  const error = await assertRejects(() => lockWriters(stateDir, path), StateFaultError);
  const fault = `${lockPath} can be written by other users. Fix it with: chmod 600 '${lockPath}'`;
  assertEquals(describeWriteFault(path, error), `Cannot write ${path}: ${fault}`);
  Deno.removeSync(lockPath);
  const again = await lockWriters(stateDir, path);
  again[Symbol.dispose]();
});
