/**
 * Attacks on what the process rests on: its flags, its state folder and the files in it.
 *
 * @module
 */

import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { accessPathOf, journalPathOf } from "../../server/state/folder.ts";
import { until } from "../_until.ts";
import { DEV, HOST, letIn, runMain, Target } from "./_attack.ts";
import { createScratch, takeFreePort } from "./_session.ts";

/** Only root can give a file to another user. */
const isRoot = Deno.statSync(Deno.env.get("SCRATCH") ?? "").uid === 0;

/** Runs a line of a shell; returns whether it has succeeded. */
async function runLine(line: string): Promise<boolean> {
  const { success } = await new Deno.Command("sh", { args: ["-c", line] }).output();
  return success;
}

async function startGateway(stateDir: string, flags: readonly string[] = []) {
  const port = takeFreePort();
  const args = ["gateway", "--port", String(port), ...flags];
  return await runMain(args, { stateDir, net: [`127.0.0.1:${port}`] });
}

/** A state folder as a process has left it, with a sender. */
async function createState(): Promise<string> {
  const stateDir = createScratch();
  await letIn(stateDir, "ci");
  Deno.openSync(journalPathOf(stateDir), { create: true, write: true, mode: 0o600 }).close();
  return stateDir;
}

Deno.test("flags that would believe a name from elsewhere end the start [attack.refused]", async () => {
  const trust = ["--trust-header", "dev"];
  const cases: [message: string, flags: readonly string[]][] = [
    ["without encryption", ["--host", "192.0.2.1:8789"]],
    ["without encryption", ["--host", "0.0.0.0:8789"]],
    ["without encryption", ["--host", "[::]:8789"]],
    ["without encryption", ["--host", "0.0.0.0:8789", "--allow-host", "example.com"]],
    ["expected --tls-cert and --tls-key together", ["--host", "0.0.0.0:8789", "--tls-cert", "c"]],
    [
      "Cannot use --trust-header with --host",
      [...trust, "--host", "0.0.0.0:8789", "--tls-cert", "c", "--tls-key", "k"],
    ],
    ["Cannot use --trust-header with --behind-proxy", [...trust, "--behind-proxy", "10.0.0.1"]],
    ["Cannot use --trust-header with --allow-host", [...trust, "--allow-host", "example.com"]],
    ["without --trust-header", ["--trust-header-approve"]],
    ["Invalid value", ["--trust-header", "*"]],
    ["Invalid value", ["--behind-proxy", "everybody"]],
    ["Invalid value", ["--allow-host", "*"]],
  ];
  for (const [message, flags] of cases) {
    const { code, stdout, stderr } = await startGateway(createScratch(), flags);
    assertEquals([code, stdout], [2, ""], flags.join(" "));
    assertStringIncludes(stderr, message);
  }
});

Deno.test("a state that others could write ends the start with the command that mends it [state.guard]", async () => {
  const cases: [reason: string, spoil: (stateDir: string) => string][] = [
    ["can be written by other users", (dir) => `chmod 770 '${dir}'`],
    ["can be written by other users", (dir) => `chmod 707 '${dir}'`],
    ["can be written by other users", (dir) => `chmod 660 '${journalPathOf(dir)}'`],
    ["can be written by other users", (dir) => `chmod 620 '${accessPathOf(dir)}'`],
    ["is a symbolic link", (dir) => `cd '${dir}' && mv access.json a && ln -s a access.json`],
    ["is a symbolic link", (dir) => `cd '${dir}' && mv journal.db j && ln -s j journal.db`],
    ["is a symbolic link", (dir) => `ln -s /nowhere '${dir}/journal.db-wal'`],
    ["is a symbolic link", (dir) => `ln -s /nowhere '${dir}/config.json.lock'`],
    ["is a symbolic link", (dir) => `ln -s /nowhere '${dir}/secret-ci'`],
    // The permission flags cover the name of a link, and so what it leads to.
    ["is a symbolic link", (dir) => `ln -s /etc '${dir}/any-name'`],
    [
      "can be written by other users",
      (dir) => `cd '${dir}' && touch secret-ci && chmod 666 secret-ci`,
    ],
    ["is no file", (dir) => `cd '${dir}' && rm access.json && mkdir access.json`],
  ];
  for (const [reason, spoil] of cases) {
    const stateDir = await createState();
    const line = spoil(stateDir);
    assert(await runLine(line), line);
    const { code, stdout, stderr } = await startGateway(stateDir);
    assertEquals([code, stdout], [1, ""], `${line}: ${stderr}`);
    assertStringIncludes(stderr, reason);
    const [, mend = ""] = /^deno-channel: Cannot trust the state .*Fix it with: (.+)$/m
      .exec(stderr) ?? [];
    assert(await runLine(mend), `${line}: ${stderr}`);
    assertEquals((await runMain(["access"], { stateDir })).code, 0, `${line}: ${mend}`);
  }
});

Deno.test("a state folder that is a link ends the start [state.guard]", async () => {
  const stateDir = await createState();
  const link = `${createScratch()}/link`;
  assert(await runLine(`ln -s '${stateDir}' '${link}'`));
  const { code, stderr } = await startGateway(link);
  assertEquals(code, 1);
  assertStringIncludes(stderr, "is a symbolic link. Name the folder that it leads to");
});

Deno.test({
  name: "a state of another user ends the start, which only root can try [state.guard]",
  ignore: !isRoot,
  async fn() {
    for (const pathOf of [(dir: string) => dir, accessPathOf, journalPathOf]) {
      const stateDir = await createState();
      const path = pathOf(stateDir);
      Deno.chownSync(path, 12_345, null);
      const { code, stderr } = await startGateway(stateDir);
      assertEquals(code, 1, path);
      assertStringIncludes(stderr, `${path} belongs to another user. Fix it with: sudo chown`);
      Deno.chownSync(path, 0, null);
      assertEquals((await runMain(["access"], { stateDir })).code, 0, path);
    }
  },
});

Deno.test("an access file that cannot be trusted shuts everybody out until it is restored [attack.refused]", async () => {
  await using target = await Target.start();
  const ci = await target.letIn("ci");
  const path = accessPathOf(target.stateDir);
  const good = await Deno.readTextFile(path);
  const rewrite = (text: string) => () => Deno.writeTextFile(path, text);
  const posting = (header: string) => target.send({ headers: [HOST, header], body: "hi" });
  const getsIn = async (header: string) => {
    return (await target.send({ line: "GET /api/sessions", headers: [HOST, header] })).status ===
      200;
  };
  const cases: [name: string, spoil: () => Promise<unknown>][] = [
    ["cut", rewrite(good.slice(0, -20))],
    ["empty", rewrite("")],
    ["of a later version", rewrite(good.replace('"version": 1', '"version": 2'))],
    ["with a right that there is not", rewrite(good.replace('"speak"', '"everything"'))],
    ["with a member more", rewrite(good.replace("{", '{"__proto__": {"policy": "pairing"},'))],
    ["nothing but null", rewrite("null")],
    ["of the group", () => runLine(`chmod 660 '${path}'`)],
    ["a link", () => runLine(`mv '${path}' '${path}.moved' && ln -s '${path}.moved' '${path}'`)],
  ];
  for (const [name, spoil] of cases) {
    await spoil();
    await until(`${name}: it is noticed`, async () => !await getsIn(DEV));
    assertEquals((await posting(DEV)).status, 403, `${name}: a name that is believed`);
    assertEquals((await posting(ci)).status, 403, `${name}: a token`);
    const anonymous = await target.send({ line: "GET /events", headers: [HOST] });
    assertEquals(anonymous.status, 403, `${name}: no sender in particular`);
    const asking = await target.send({ line: "POST /pair", headers: [HOST] });
    assertEquals(asking.status, 503, `${name}: a request to pair`);
    assertMatch(target.process.stderr, /No sender gets in: .*"deno-channel access restore"/);
    const { code, stderr } = await target.access("restore");
    // A file that others could have put there is repaired before it is replaced.
    if (code !== 0) {
      const [, mend = ""] = /Fix it with: (.+)$/m.exec(stderr) ?? [];
      assert(await runLine(mend), stderr);
      assertEquals((await target.access("restore")).code, 0, name);
    }
    await until(`${name}: it is mended`, async () => await getsIn(DEV) && await getsIn(ci));
  }
  await target.isUnharmed();
});
