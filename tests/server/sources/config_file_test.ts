import { assert, assertEquals, assertFalse, assertMatch, assertStringIncludes } from "@std/assert";
import { addSource } from "../../../lib/sources/config/changes.ts";
import { readSourceFile, updateSourceFile } from "../../../server/sources/config_file.ts";
import { sourcesPathOf } from "../../../server/state/folder.ts";
import { createScratch } from "../_scratch.ts";

async function add(stateDir: string, name: string): Promise<void> {
  const source = { path: `/${name}`, kind: "github", secrets: ["env:SECRET"] } as const;
  const result = await updateSourceFile(stateDir, (config) => addSource(config, { name, source }));
  assert(result.ok, name);
}

function namesOf(stateDir: string): string[] {
  const result = readSourceFile(stateDir);
  assert(result.ok, JSON.stringify(result));
  return Object.keys(result.config.sources);
}

Deno.test("readSourceFile() finds no source where there is no file, and creates none [source.config]", () => {
  const stateDir = `${createScratch()}/state`;
  assertEquals(namesOf(stateDir), []);
  assertEquals([...Deno.readDirSync(`${stateDir}/..`)], []);
});

Deno.test("updateSourceFile() writes the file for its user only, and loses nothing of others [source.config]", async () => {
  const stateDir = `${createScratch()}/state`;
  const names = Array.from({ length: 20 }, (_, i) => `source-${i}`);
  await Promise.all(names.map((name) => add(stateDir, name)));
  assertEquals(namesOf(stateDir).sort(), names.sort());
  const path = sourcesPathOf(stateDir);
  assertEquals((Deno.statSync(path).mode ?? 0) & 0o777, 0o600);
  assertEquals(Array.from(Deno.readDirSync(stateDir), ({ name }) => name).sort(), [
    "config.json",
    "config.json.lock",
  ]);
});

Deno.test("updateSourceFile() writes nothing when a change is refused [source.config]", async () => {
  const stateDir = createScratch();
  await add(stateDir, "ci");
  const before = Deno.statSync(sourcesPathOf(stateDir)).ino;
  const refusal = { ok: false, message: "no" } as const;
  assertEquals(await updateSourceFile(stateDir, () => refusal), refusal);
  assertEquals(Deno.statSync(sourcesPathOf(stateDir)).ino, before);
});

Deno.test("updateSourceFile() says what to do when nothing can be written [source.config]", async () => {
  const scratch = createScratch();
  Deno.writeTextFileSync(`${scratch}/file`, "");
  const stateDir = `${scratch}/file/state`;
  const result = await updateSourceFile(stateDir, (config) => ({ ok: true, config }));
  assertMatch(
    result.ok ? "" : result.message,
    /^Cannot write \/.+\/config\.json: .+\. Make the folder writable, or give another one with --state-dir$/,
  );
});

Deno.test("readSourceFile() and updateSourceFile() use no file that cannot be trusted [state.guard]", async () => {
  for (const name of ["config.json.lock", "secret-ci", "config.json"]) {
    const stateDir = createScratch();
    await add(stateDir, "ci");
    const path = `${stateDir}/${name}`;
    Deno.writeTextFileSync(path, "", { append: true });
    Deno.chmodSync(path, 0o660);
    const fault = `${path} can be written by other users. Fix it with: chmod 600 '${path}'`;
    const config = sourcesPathOf(stateDir);
    const isLock = name.endsWith(".lock");
    const written = await updateSourceFile(stateDir, (config) => ({ ok: true, config }));
    const what = isLock ? "write" : "use";
    assertEquals(written, { ok: false, message: `Cannot ${what} ${config}: ${fault}` });
    const read = readSourceFile(stateDir);
    assertEquals(read.ok ? "" : read.message, isLock ? "" : `Cannot use ${config}: ${fault}`);
  }
});

Deno.test("readSourceFile() names the file and what is wrong with it, and it stays as it is [source.config]", async () => {
  const stateDir = createScratch();
  const path = sourcesPathOf(stateDir);
  const secret = "hunter2hunter2";
  const cases: [string, string][] = [
    [
      `{"sources":{"ci":{"secrets":["${secret}"]`,
      `Cannot use ${path}: The configuration is no JSON`,
    ],
    [
      `{"sources":{"ci":{"kind":"${secret}"}}}`,
      `Cannot use ${path}: The configuration is wrong at `,
    ],
  ];
  for (const [text, message] of cases) {
    Deno.writeTextFileSync(path, text, { mode: 0o600 });
    const result = await updateSourceFile(stateDir, (config) => ({ ok: true, config }));
    assert(!result.ok);
    assertStringIncludes(result.message, message);
    assertFalse(result.message.includes(secret), result.message);
    assertEquals(Deno.readTextFileSync(path), text);
  }
  Deno.removeSync(path);
  Deno.mkdirSync(path);
  const result = readSourceFile(stateDir);
  assertStringIncludes(result.ok ? "" : result.message, `Cannot use ${path}: ${path} is no file`);
});
