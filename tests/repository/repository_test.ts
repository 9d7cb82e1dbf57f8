import { assert, assertEquals } from "@std/assert";
import * as mod from "../../mod.ts";
import { formatHelpText } from "../../cli/help/mod.ts";
import { VERSION } from "../../lib/version.ts";
import { listFiles, readFile } from "./_files.ts";

interface Behaviour {
  readonly id: string;
  readonly promise: string;
  readonly source: string;
}

async function readBehaviours(): Promise<Behaviour[]> {
  return JSON.parse(await readFile("tests/behaviours.json"));
}

/** The behaviour ids that the names of tests cite. */
async function readCitations(): Promise<Set<string>> {
  const ids = new Set<string>();
  for (const path of await listFiles("tests/", "_test.ts")) {
    for (const [name] of (await readFile(path)).matchAll(/Deno\.test\(\s*(?:"[^\n]*"|`[^\n]*`)/g)) {
      for (const [, id] of name.matchAll(/\[([a-z0-9.-]+)\]/g)) ids.add(id ?? "");
    }
  }
  return ids;
}

Deno.test("every promise of the channel is cited by a test", async () => {
  const cited = await readCitations();
  const behaviours = await readBehaviours();
  const uncited = behaviours.map(({ id }) => id).filter((id) => !cited.has(id));
  assertEquals(uncited, []);
});

Deno.test("every citation names a promise, and no promise stands twice", async () => {
  const ids = (await readBehaviours()).map(({ id }) => id);
  assertEquals(ids.length, new Set(ids).size);
  assertEquals([...await readCitations()].filter((id) => !ids.includes(id)), []);
  for (const { id, promise, source } of await readBehaviours()) {
    assert(promise.length > 10 && source.length > 3, id);
  }
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

const DENO_FLAGS = ["--allow-env", "--allow-net", "--allow-read", "--allow-write", "--no-config"];

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
