import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { createServerCommand } from "../../cli/demo/server_command.ts";
import { createScratch, PROJECT, Session, takeFreePort } from "./_session.ts";

const SCRATCH = Deno.env.get("SCRATCH") ?? "";
const FLAGS = ["--no-prompt", "--no-config", "--no-npm", "--no-remote"];
const BUNDLE = new URL("dist/bundle/", PROJECT);

async function runDeno(args: readonly string[], cwd: string | URL = PROJECT): Promise<string> {
  const command = new Deno.Command(Deno.execPath(), { args: [...args], cwd });
  const { success, stdout, stderr } = await command.output();
  const decoder = new TextDecoder();
  assert(success, decoder.decode(stderr));
  return decoder.decode(stdout);
}

async function copyFolder(from: URL, to: string): Promise<void> {
  await Deno.mkdir(to);
  for await (const { name } of Deno.readDir(from)) {
    await Deno.copyFile(new URL(name, from), `${to}/${name}`);
  }
}

/** Finds the modules that a process loads at its start: a module and its static imports. */
async function findLoadedAtStart(folder: URL, name: string, found = new Set<string>()) {
  if (found.has(name)) return found;
  found.add(name);
  const code = await Deno.readTextFile(new URL(name, folder));
  for (const [, imported = ""] of code.matchAll(/(?:from|import)"\.\/([\w.-]+)"/g)) {
    await findLoadedAtStart(folder, imported, found);
  }
  return found;
}

Deno.test("the bundle runs from a folder of its own without npm and network [bundle]", async () => {
  const folder = `${SCRATCH}/bundle`;
  await runDeno(["task", "bundle"]);
  await copyFolder(BUNDLE, folder);
  const port = takeFreePort();
  const stateDir = createScratch();
  const { args } = createServerCommand({
    mainModule: "main.js",
    port,
    stateDir,
    flags: ["--trust-header", "dev", "--trust-header-approve"],
  });
  const [run = "", ...rest] = args.filter((arg) => arg !== "--frozen");
  await using session = await Session.start({
    port,
    cwd: folder,
    command: [Deno.execPath(), run, ...FLAGS, ...rest],
  });
  assertEquals((await session.post("hello")).text, "ok");
  assertStringIncludes(String((await session.take()).params.content), "hello");

  const demoPort = String(takeFreePort());
  const permissions = ["--allow-net=127.0.0.1", `--allow-run=${Deno.execPath()}`];
  const shown = await runDeno(
    [
      ...["run", ...FLAGS, ...permissions, "main.js", "demo", "--port", demoPort],
      ...["--state-dir", createScratch()],
    ],
    folder,
  );
  assertStringIncludes(shown, "steps happened");
});

Deno.test("the bundle is ASCII, and a session starts without sources and commands [bundle]", async () => {
  const started = await findLoadedAtStart(BUNDLE, "main.js");
  let startedCode = "";
  for await (const { name } of Deno.readDir(BUNDLE)) {
    const code = await Deno.readTextFile(new URL(name, BUNDLE));
    // One character beyond these doubles the memory for a file.
    assert(/^[\0-\x7f]*$/.test(code), name);
    if (started.has(name)) startedCode += code;
  }
  assertStringIncludes(startedCode, "claude/channel");
  const deferred = [
    "Handlebars",
    "ipaddr: ",
    "UNICODE_GROUPS",
    "steps happened",
    "roots/list_changed",
  ];
  for (const text of deferred) assert(!startedCode.includes(text), text);
});

Deno.test("the bundle holds no test, no transport of the SDK and nothing twice [bundle]", async () => {
  const output = `${SCRATCH}/readable.js`;
  const external = ["--external", "ajv", "--external", "ajv-formats"];
  await runDeno(["bundle", "--frozen", ...external, "--output", output, "main.ts"]);
  const code = await Deno.readTextFile(output);
  // The bundler writes the path of each module above its code.
  const paths = [...code.matchAll(/^\s*\/\/ (\S+\.(?:ts|js|mjs|cjs|json))$/gm)]
    .map(([, path = ""]) => path);
  assert(paths.includes("server/channel/stdio_transport.ts"), `${paths.length} modules`);
  for (const path of paths) {
    assert(!/(?:^|\/)tests?\//.test(path), path);
    assert(!/sdk.*\/(?:stdio|sse|streamableHttp|websocket)\.js$/.test(path), path);
  }
  const standIns = paths.filter((path) => path.startsWith("std/"));
  assertEquals(standIns, [...new Set(standIns)]);
});
