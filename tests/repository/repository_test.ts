import { assert, assertEquals } from "@std/assert";
import * as mod from "../../mod.ts";
import { formatHelpText } from "../../cli/help/mod.ts";
import { VERSION } from "../../lib/version.ts";
import { listFiles, readFile } from "./_files.ts";
import { anchorsOf, formatPromises, readBehaviours, readCitations } from "./_promises.ts";

Deno.test("every promise of the channel is cited by a test", async () => {
  const cited = await readCitations();
  const behaviours = await readBehaviours();
  const uncited = behaviours.map(({ id }) => id).filter((id) => !cited.has(id));
  assertEquals(uncited, []);
});

Deno.test("every citation names a promise, and no promise stands twice", async () => {
  const ids = (await readBehaviours()).map(({ id }) => id);
  assertEquals(ids.length, new Set(ids).size);
  assertEquals([...(await readCitations()).keys()].filter((id) => !ids.includes(id)), []);
});

Deno.test("every promise names the section of a document, or an address, as its source", async () => {
  const wrong: string[] = [];
  for (const { id, promise, source } of await readBehaviours()) {
    assert(promise.length > 10, id);
    if (/^https:\/\/[\w.-]+\//.test(source)) continue;
    const [path = "", anchor = ""] = source.split("#");
    const text = /^(?:docs\/)?\w+\.md$/.test(path) ? await readFile(path) : "";
    if (!anchorsOf(text).has(anchor)) wrong.push(`${id}: ${source}`);
  }
  assertEquals(wrong, []);
});

Deno.test('docs/promises.md is what "deno task promises" writes, with every promise', async () => {
  const table = await formatPromises();
  assertEquals(await readFile("docs/promises.md"), table);
  const missing = (await readBehaviours()).filter(({ id }) => !table.includes(`\`[${id}]\``));
  assertEquals(missing, []);
});

Deno.test("mod.ts exports these names", () => {
  assertEquals(Object.keys(mod).sort(), [
    "Allowlist",
    "LOOPBACK_HOSTNAMES",
    "MAX_CONTENT_CODE_POINTS",
    "NotConnectedError",
    "QueueFullError",
    "cleanContent",
    "createChannel",
    "createLogger",
    "defineTool",
    "formatChannelTag",
    "formatPrompt",
    "isRequestId",
    "isSenderId",
    "judgeVerdict",
    "permissionStateOf",
    "sanitizeMeta",
    "tryParseVerdict",
    "validateHost",
    "validateOrigin",
  ]);
});

Deno.test("the version stands in deno.json, in the code and in the changelog", async () => {
  const { version } = JSON.parse(await readFile("deno.json"));
  assertEquals(VERSION, version);
  assert((await readFile("CHANGELOG.md")).includes(`## ${version}`));
});

Deno.test("the stand-ins have the names and the versions that deno.json asks for", async () => {
  const { imports } = JSON.parse(await readFile("deno.json"));
  for (const name of ["http", "assert"]) {
    const standIn = JSON.parse(await readFile(`std/${name}/deno.json`));
    assertEquals(standIn.name, `@std/${name}`);
    assertEquals(imports[standIn.name], `jsr:${standIn.name}@^${standIn.version}`);
  }
});

/** The words after a command's name that are none of its commands. */
const OTHER_WORD_REGEXP = /^(?:[^a-z].*)?$/;

const DENO_FLAGS = [
  "--cached-only",
  "--deny-import",
  "--no-npm",
  "--no-remote",
  "--allow-env",
  "--allow-net",
  "--allow-read",
  "--allow-write",
  "--no-config",
];

Deno.test("the help text has every command and every flag that the documents name [cli.help]", async () => {
  const help = formatHelpText([]);
  const flags = new Set([...help.match(/--[a-z-]+/g) ?? [], ...DENO_FLAGS, "--v8-flags"]);
  for (const path of ["README.md", ...await listFiles("docs/", ".md")]) {
    const text = await readFile(path);
    for (const [, task = "", word = ""] of text.matchAll(/deno task ([a-z]+)(?: ([^\s`]+))?/g)) {
      const isCommand = help.includes(`deno-channel ${task} [list]`);
      if (!isCommand || OTHER_WORD_REGEXP.test(word)) continue;
      assert(help.includes(`deno-channel ${task} ${word} `), `${path}: ${task} ${word}`);
    }
    for (const [, flag = ""] of text.matchAll(/`(--[a-z0-9-]+)[`= ]/g)) {
      assert(flags.has(flag), `${path}: ${flag}`);
    }
  }
});

Deno.test("documents name tasks that deno.json has", async () => {
  const { tasks } = JSON.parse(await readFile("deno.json"));
  const paths = ["README.md", "CONTRIBUTING.md", ...await listFiles("docs/", ".md")];
  for (const path of paths) {
    for (const [, name = ""] of (await readFile(path)).matchAll(/deno task (?:-q )?([a-z:]+)/g)) {
      assert(name in tasks, `${path}: deno task ${name}`);
    }
  }
});

Deno.test("no test is skipped, except one that only root can run", async () => {
  const skipped: string[] = [];
  for (const path of await listFiles("tests/", "_test.ts")) {
    const matches = (await readFile(path)).match(/^ +(?:ignore|only): .*|Deno\.test\.\w+/gm);
    skipped.push(...(matches ?? []).map((text) => `${path}: ${text.trim()}`));
  }
  assertEquals(skipped, ["tests/contract/attacks_state_test.ts: ignore: !isRoot,"]);
});

Deno.test("docs/architecture.md says what each dependency is for", async () => {
  const { imports } = JSON.parse(await readFile("deno.json"));
  const text = await readFile("docs/architecture.md");
  const names = [...text.matchAll(/^\| `(?:npm|jsr):([^`]+)` /gm)].map(([, name = ""]) => name);
  const expected = Object.keys(imports).map((name) => name.replace(/\/$/, ""));
  assertEquals(names.sort(), expected.sort());
});
