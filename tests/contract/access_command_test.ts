import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { Journal } from "../../server/journal/journal.ts";
import { accessPathOf, journalPathOf, lastGoodPathOf } from "../../server/state/folder.ts";
import { createScratch, PROJECT, takeFreePort } from "./_session.ts";

const MAIN = new URL("main.ts", PROJECT).href;

/** Runs `access` as a process, with the state folder and no other permission but those given. */
async function run(stateDir: string, line: string, flags: readonly string[] = []) {
  const permissions = [`--allow-read=${stateDir}`, `--allow-write=${stateDir}`, ...flags];
  const args = ["access", ...line.split(" ").filter(Boolean), "--state-dir", stateDir];
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", "--frozen", ...permissions, MAIN, ...args],
    stdin: "null",
  }).output();
  const decoder = new TextDecoder();
  return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}

/** Makes a symbolic link; `Deno.symlink()` would need all of the file system. */
async function link(target: string, path: string): Promise<void> {
  const args = ["-c", 'ln -s "$0" "$1"', target, path];
  const { success } = await new Deno.Command("sh", { args }).output();
  assert(success);
}

Deno.test("access lists, changes and logs who gets in, without a process at the port [cli.access]", async () => {
  const parent = createScratch();
  const stateDir = `${parent}/state`;
  const port = takeFreePort();
  const net = [`--allow-net=127.0.0.1:${port}`];
  const none = await run(stateDir, "");
  assertEquals([none.code, none.stderr], [0, ""]);
  assertStringIncludes(none.stdout, "\nNo senders yet");
  const noLog = await run(stateDir, "log");
  assertEquals(noLog.stdout, `No audit: there is no journal in ${stateDir} yet\n`);
  assertEquals([...Deno.readDirSync(parent)], []);

  const added = await run(stateDir, `add ci --port ${port}`, net);
  assertEquals([added.code, added.stderr], [0, ""]);
  assertMatch(
    added.stdout,
    new RegExp(`\ncurl .* Bearer dct_\\S{43}" http://127\\.0\\.0\\.1:${port}\n`),
  );
  assert(!added.stdout.includes("\x1b"));
  const listed = JSON.parse((await run(stateDir, "list --json")).stdout);
  assertEquals(listed.senders.map((sender: { id: string }) => sender.id), ["ci"]);

  const told = await run(stateDir, "rights ci speak approve");
  assertEquals(told.code, 0);
  assertStringIncludes(
    told.stderr,
    "The server was not told: Deno was started without --allow-net=127",
  );
  const log = await run(stateDir, "log --json --limit 2");
  const rows = log.stdout.trimEnd().split("\n").map((line) => JSON.parse(line));
  assertEquals(rows.map(({ action, actor, subject }) => [action, actor, subject]), [
    ["rights", "terminal", "ci"],
    ["add", "terminal", "ci"],
  ]);
});

Deno.test("access ends with 1 when it refuses and with 2 when it is used wrongly [cli.access]", async () => {
  const stateDir = createScratch();
  const cases: [line: string, code: number, message: string][] = [
    ["restore", 1, "deno-channel: Cannot restore the access file: "],
    ["remove ci", 1, 'deno-channel: Unknown sender "ci": there are no senders yet\n'],
    ["pair K7MWQ2", 1, "tries left before all pairings end: 4\n"],
    ["dance", 2, 'deno-channel: Unknown command "access dance": expected one of list, pair, add'],
    ["rights ci", 2, "A right is missing: expected access rights <id> <rights>"],
  ];
  for (const [line, expected, message] of cases) {
    const { code, stdout, stderr } = await run(stateDir, line);
    assertEquals([code, stdout], [expected, ""], line);
    assertStringIncludes(stderr, message, line);
  }
});

Deno.test("access reports the journals that were moved aside [cli.corrupt-reported]", async () => {
  const stateDir = createScratch();
  const path = `${journalPathOf(stateDir)}.corrupt-20261120T040000Z`;
  Deno.writeTextFileSync(path, "");
  for (const line of ["list", "policy", "log", "remove ci"]) {
    const { stderr } = await run(stateDir, line);
    assertStringIncludes(stderr, `deno-channel: A corrupt journal was moved aside: ${path}\n`);
  }
});

Deno.test("access refuses a state folder with a link in it, and reads nothing beyond [state.guard]", async () => {
  const stateDir = createScratch();
  Journal.open(journalPathOf(stateDir), { durability: "normal" }).close();
  const target = `${createScratch()}/elsewhere`;
  Deno.writeTextFileSync(target, "{}");
  for (const path of [accessPathOf(stateDir), lastGoodPathOf(accessPathOf(stateDir))]) {
    await link(target, path);
    for (const line of ["list", "add ci", "restore", "log"]) {
      const { code, stdout, stderr } = await run(stateDir, line);
      assertEquals([code, stdout], [1, ""], line);
      const fault = `${path} is a symbolic link. Fix it with: rm '${path}'`;
      assertEquals(stderr, `deno-channel: Cannot trust the state folder: ${fault}\n`, line);
    }
    Deno.removeSync(path);
  }
  assertEquals(Deno.readTextFileSync(target), "{}");

  const linked = `${createScratch()}/state`;
  await link(stateDir, linked);
  const { code, stderr } = await run(linked, "list", []);
  assertEquals(code, 1);
  assertStringIncludes(stderr, `${linked} is a symbolic link. Name the folder that it leads to`);
});
