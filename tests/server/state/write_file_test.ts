import { assertEquals, assertRejects } from "@std/assert";
import { writeAtomically } from "../../../server/state/write_file.ts";
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
