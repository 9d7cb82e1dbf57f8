import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { sourcesPathOf } from "../../../server/state/folder.ts";
import { Sources } from "../../../server/http/webhook_routes.ts";
import { until } from "../../_until.ts";
import { configOf, GENERIC, SECRET } from "../../_signed_delivery.ts";
import { createScratch } from "../_scratch.ts";

/** Sources that take no delivery; only their configuration matters. */
function createFixture(text?: string) {
  const stateDir = createScratch();
  const path = sourcesPathOf(stateDir);
  const logged: string[] = [];
  const write = (line: string) => void logged.push(line);
  const fail = () => {
    throw new Error("No delivery is expected");
  };
  if (text !== undefined) Deno.writeTextFileSync(path, text);
  const sources = new Sources({
    stateDir,
    log: { info: write, warn: write },
    bodies: { readBytes: fail },
    keeper: { use: fail },
    take: fail,
    bursts: { add: fail },
    audit: { note() {} },
  });
  return {
    path,
    sources,
    logged,
    has: async (target: string) => await sources.find(target) !== undefined,
    /** Writes the configuration as editors do, such that nobody reads half of it. */
    edit(text: string): void {
      Deno.writeTextFileSync(`${path}.new`, text);
      Deno.renameSync(`${path}.new`, path);
    },
  };
}

Deno.test("Sources.find() knows the sources of the configuration, and none without one [source.reload]", async () => {
  const { sources, has, edit, logged } = createFixture();
  assert(sources.mayHave, "nobody has looked yet");
  assertEquals([await has("/ci"), sources.mayHave], [false, false]);
  edit(configOf({ ci: GENERIC, gh: { kind: "github", path: "/hooks/gh" } }));
  await until("the file is found", () => has("/ci"));
  assertEquals(await Promise.all(["/hooks/gh", "/gh", "/", "/ci/"].map(has)), [
    true,
    false,
    false,
    false,
  ]);
  assertEquals([sources.mayHave, logged], [true, []]);
});

Deno.test("Sources.find() waits for a configuration that is being read [source.reload]", async () => {
  const { sources, has } = createFixture(configOf({ ci: GENERIC }));
  const first = has("/ci");
  assert(sources.mayHave, "it is being read");
  assertEquals(await Promise.all([first, has("/ci"), has("/ci")]), [true, true, true]);
});

Deno.test("Sources.find() takes a change, and forgets what is no longer there [source.reload]", async () => {
  const { path, has, edit, logged } = createFixture(configOf({ ci: GENERIC }));
  assert(await has("/ci"));
  edit(configOf({ gh: { kind: "github" } }));
  await until("the change is known", () => has("/gh"));
  assertEquals(await has("/ci"), false);
  Deno.removeSync(path);
  await until("the end is known", async () => !await has("/gh"));
  edit(configOf({ ci: GENERIC }));
  await until("it is there again", () => has("/ci"));
  assertEquals(logged, []);
});

Deno.test("Sources.find() keeps the last good configuration, and logs once where a bad one is wrong [source.reload]", async () => {
  const { path, has, edit, logged } = createFixture(configOf({ ci: GENERIC }));
  assert(await has("/ci"));
  const entry = { path: "/gh", kind: "github", secrets: [SECRET], secret: SECRET };
  const cases: [text: string, fault: string][] = [
    [`{"sources": {\n  "ci": ${SECRET}`, "The configuration is no JSON at line 2, column 9: "],
    [
      JSON.stringify({ sources: { gh: entry } }),
      'The configuration is wrong at sources.gh: unknown key "secret": did you mean "secrets"?',
    ],
    [
      configOf({ gh: { kind: "github", secrets: ["file:/nowhere/secret"] } }),
      'The source "gh" cannot be used: ',
    ],
    ["", "The configuration is no JSON at line 1, column 1: "],
  ];
  for (const [index, [text, fault]] of cases.entries()) {
    edit(text);
    await until("it is reported", async () => await has("/ci") && logged.length > index);
    const line = logged.at(-1) ?? "";
    assertStringIncludes(line, `Cannot use ${path}, the last good configuration holds: ${fault}`);
    assert(!line.includes(SECRET), line);
    assertEquals([await has("/ci"), await has("/gh")], [true, false]);
  }
  assertEquals(logged.length, cases.length);
  edit(configOf({ gh: { kind: "github" } }));
  await until("it is mended", () => has("/gh"));
  assertEquals(logged.length, cases.length);
});

Deno.test("Sources.find() holds on to what it knows while others can write the file, and logs once why [state.guard]", async () => {
  const { path, has, edit, logged } = createFixture(configOf({ ci: GENERIC }));
  assert(await has("/ci"));
  Deno.chmodSync(path, 0o666);
  Deno.writeTextFileSync(path, configOf({ gh: { kind: "github" } }));
  for (const [index, mode] of [0o666, 0o620].entries()) {
    Deno.chmodSync(path, mode);
    await until("it is reported", async () => await has("/ci") && logged.length > index);
    assertEquals([await has("/ci"), await has("/gh")], [true, false]);
  }
  const line = `Cannot use ${path}, the last good configuration holds: ` +
    `${path} can be written by other users. Mend it with: chmod 600 '${path}'`;
  assertEquals(logged, [line, line]);
  edit(configOf({ gh: { kind: "github" } }));
  await until("it is mended", () => has("/gh"));
});

Deno.test("Sources.find() holds on to what it knows while the file cannot be read [source.reload]", async () => {
  const { path, has, edit, logged } = createFixture(configOf({ ci: GENERIC }));
  assert(await has("/ci"));
  Deno.removeSync(path);
  Deno.mkdirSync(path);
  await until("it is reported", async () => await has("/ci") && logged.length > 0);
  assertEquals(logged.length, 1);
  assert(await has("/ci"));
  Deno.removeSync(path);
  edit(configOf({ gh: { kind: "github" } }));
  await until("it is mended", () => has("/gh"));
});
