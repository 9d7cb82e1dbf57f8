/**
 * Writes modules that import all test files of some folders between them:
 * `join_tests.ts <output folder> <number of modules> <folder>...`.
 *
 * `deno test` starts an isolate for each module that it is given, which takes 0.4 s of processor time
 * and loads everything anew. The 148 files of `lib/` and `std/` took 85 s that way; imported by two
 * modules they take 20 s.
 *
 * @module
 */

async function findTests(folder: URL): Promise<string[]> {
  const found: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    if (isDirectory) found.push(...await findTests(new URL(`${name}/`, folder)));
    else if (name.endsWith("_test.ts")) found.push(new URL(name, folder).href);
  }
  return found.sort();
}

const [output = "", count = "", ...folders] = Deno.args;
const project = new URL("../", import.meta.url);
const tests = (await Promise.all(folders.map((name) => findTests(new URL(`${name}/`, project)))))
  .flat();
await Deno.mkdir(output);
for (let part = 0; part < Number(count); part++) {
  // Neighbors in a folder take about as long as each other, so they are dealt out in turn.
  const own = tests.filter((_, index) => index % Number(count) === part);
  const imports = own.map((href) => `import ${JSON.stringify(href)};\n`).join("");
  await Deno.writeTextFile(`${output}/${part + 1}.test.ts`, imports);
}
