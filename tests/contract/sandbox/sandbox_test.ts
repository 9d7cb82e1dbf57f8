import { assertEquals, assertFalse, assertStringIncludes } from "@std/assert";
import { createServerCommand } from "../../../cli/demo/server_command.ts";
import { createScratch, PROJECT, Session } from "../_session.ts";
import { until } from "../../_until.ts";

const SCRATCH = Deno.env.get("SCRATCH") ?? "";

interface ServerEntry {
  readonly command: string;
  readonly args: readonly string[];
}

async function readMcpJson(): Promise<ServerEntry> {
  const text = await Deno.readTextFile(new URL(".mcp.json", PROJECT));
  return JSON.parse(text).mcpServers.webhook;
}

const TASK_ENV = "--allow-env=HOME,CLAUDE_CONFIG_DIR";

/** The commands of the tasks, with the variables as `.mcp.json` writes them: with braces, without quotes. */
async function readTasks(): Promise<Record<string, string>> {
  const { tasks } = JSON.parse(await Deno.readTextFile(new URL("deno.json", PROJECT)));
  return Object.fromEntries(
    Object.entries(tasks as Record<string, { command?: string }>).map((
      [name, { command = "" }],
    ) => [
      name,
      command.replaceAll('"', "").replaceAll("$HOME", "${HOME}"),
    ]),
  );
}

Deno.test(".mcp.json, the tasks and the demo grant one port and one folder [sandbox.flags]", async () => {
  const { command, args } = await readMcpJson();
  const stateDir = "${HOME}/.claude/channels/webhook";
  assertEquals([command, ...args], [
    "deno",
    "run",
    "--no-prompt",
    "--frozen",
    "--cached-only",
    "--deny-import",
    "--v8-flags=--max-semi-space-size=1",
    "--allow-net=127.0.0.1:8788,[::1]:8788",
    `--allow-read=${stateDir}`,
    `--allow-write=${stateDir}`,
    "main.ts",
    "--state-dir",
    stateDir,
    "--trust-header",
    "dev",
    "--trust-header-approve",
  ]);
  // A task finds its folder itself: it fails with a message if it may not use that folder.
  const task = [command, ...args].join(" ")
    .replace(` --state-dir ${stateDir}`, "")
    .replace(" --allow-read", ` ${TASK_ENV} --allow-read`);
  assertEquals((await readTasks()).start, task);
  const flags = ["--trust-header", "dev", "--trust-header-approve"];
  const own = createServerCommand({ mainModule: "main.ts", port: 8788, stateDir, flags });
  assertEquals(own.args.filter((arg) => arg !== "--port" && arg !== "8788"), args);
});

Deno.test("no task works on another folder than the one that CLAUDE_CONFIG_DIR names [state.folder]", async () => {
  const tasks = await readTasks();
  const stateDir = "${HOME}/.claude/channels/webhook";
  for (const name of ["start", "gateway", "events", "sessions", "access", "source"]) {
    const folders = `${TASK_ENV} --allow-read=${stateDir} --allow-write=${stateDir} main.ts`;
    assertStringIncludes(tasks[name] ?? "", folders, name);
    assertFalse(tasks[name]?.includes("--state-dir"), name);
  }
  const config = createScratch();
  const outputs = await Promise.all(
    ["events", "access"].map((name) =>
      new Deno.Command(Deno.execPath(), {
        args: ["task", "-q", name],
        cwd: PROJECT,
        env: { CLAUDE_CONFIG_DIR: config },
      }).output()
    ),
  );
  for (const { code, stdout, stderr } of outputs) {
    assertEquals([code, new TextDecoder().decode(stdout)], [1, ""]);
    assertStringIncludes(
      new TextDecoder().decode(stderr),
      `Cannot keep events in ${config}/channels/webhook: Deno was started without --allow-read=`,
    );
  }
});

/** The files of the state folder, among them the one that tells the server its own user. */
const STATE_FILE_REGEXP =
  /\/(?:journal\.db(?:-wal|-shm)?|access\.json(?:\.[\w.-]+)?|config\.json(?:\.lock)?|\.owner-\w+)$/;

Deno.test("the server touches nothing beyond its flags [sandbox.audit]", async () => {
  const auditFile = `${SCRATCH}/audit.jsonl`;
  const stateDir = `${createScratch()}/state`;
  const session = await Session.start({
    stateDir,
    env: { DENO_AUDIT_PERMISSIONS: auditFile },
  });
  const stream = await fetch(`${session.url}/events`);
  await session.post("hello");
  await session.ask("abcde");
  await until("it is asked", async () => (await session.post("yes abcde")).status === 200);
  await session.reply("1", "hi");
  await (await fetch(`${session.url}/healthz`)).body?.cancel();
  await stream.body?.cancel();
  // A second session follows the owner of the port, and a third one asks which process it is.
  const second = await Session.start({
    port: session.port,
    stateDir,
    withoutPort: true,
    env: { DENO_AUDIT_PERMISSIONS: `${auditFile}.second` },
  });
  await until("it follows", () => second.stderr.includes("Sharing"));
  const third = await Session.start({ port: session.port, withoutPort: true });
  await until("the log names the holder", () => third.stderr.includes("is held by"));
  await third[Symbol.asyncDispose]();
  await second[Symbol.asyncDispose]();
  await session[Symbol.asyncDispose]();

  for (const file of [auditFile, `${auditFile}.second`]) {
    const accesses = (await Deno.readTextFile(file)).trim().split("\n")
      .map((line) => JSON.parse(line))
      // The audit has the whole address of a fetch, and the path of a file.
      .map(({ permission, value }) =>
        permission === "net"
          ? `net ${value.replace(/^(?:http|ws):\/\/|\/.*$/g, "")}`
          : `${permission} ${String(value).replace(/^"|"$/g, "").replace(STATE_FILE_REGEXP, "")}`
      );
    const expected = [`net 127.0.0.1:${session.port}`, `read ${stateDir}`, `write ${stateDir}`];
    assertEquals([...new Set(accesses)].sort(), expected, file);
  }
});

async function copyFolder(from: URL, to: string): Promise<void> {
  await Deno.mkdir(to);
  for await (const { name, isDirectory } of Deno.readDir(from)) {
    if (isDirectory) await copyFolder(new URL(`${name}/`, from), `${to}${name}/`);
    else await Deno.copyFile(new URL(name, from), `${to}${name}`);
  }
}

Deno.test("the server starts in any folder that holds the project [sandbox.working-directory]", async () => {
  const { args } = await readMcpJson();
  const folder = `${SCRATCH}/project`;
  await Deno.mkdir(folder);
  for (const name of ["main.ts", "deno.json", "deno.lock"]) {
    await Deno.copyFile(new URL(name, PROJECT), `${folder}/${name}`);
  }
  for (const room of ["lib", "server", "cli", "std"]) {
    await copyFolder(new URL(`${room}/`, PROJECT), `${folder}/${room}/`);
  }
  const port = 8788;
  const home = createScratch();
  await using session = await Session.start({
    port,
    cwd: folder,
    command: [Deno.execPath(), ...args.map((arg) => arg.replaceAll("${HOME}", home))],
    withoutPort: true,
  });
  assertEquals(session.client.getServerVersion()?.name, "webhook");
});
