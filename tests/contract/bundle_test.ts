import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { createServerCommand } from "../../cli/server_command.ts";
import { createScratch, PROJECT, Session, takeFreePort } from "./_session.ts";

const SCRATCH = Deno.env.get("SCRATCH") ?? "";
const FLAGS = ["--no-prompt", "--no-npm", "--no-remote"];

async function runDeno(args: readonly string[], cwd: string | URL = PROJECT): Promise<string> {
  const command = new Deno.Command(Deno.execPath(), { args: [...args], cwd });
  const { success, stdout, stderr } = await command.output();
  const decoder = new TextDecoder();
  assert(success, decoder.decode(stderr));
  return decoder.decode(stdout);
}

Deno.test("the bundle is one file that runs in an empty folder without npm and network [bundle]", async () => {
  const folder = `${SCRATCH}/empty`;
  await Deno.mkdir(folder);
  await runDeno(["task", "bundle"]);
  await Deno.copyFile(new URL("dist/deno-channel.js", PROJECT), `${folder}/deno-channel.js`);
  const port = takeFreePort();
  const stateDir = createScratch();
  const { args } = createServerCommand({
    mainModule: "deno-channel.js",
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
      ...["run", ...FLAGS, ...permissions, "deno-channel.js", "demo", "--port", demoPort],
      ...["--state-dir", createScratch()],
    ],
    folder,
  );
  assertStringIncludes(shown, "steps happened");
});

Deno.test("the bundle holds no test, no transport of the SDK and nothing twice [bundle]", async () => {
  const output = `${SCRATCH}/readable.js`;
  const external = ["--external", "ajv", "--external", "ajv-formats"];
  await runDeno(["bundle", "--frozen", ...external, "--output", output, "main.ts"]);
  const code = await Deno.readTextFile(output);
  // The bundler heads the code of each module with its path.
  const paths = [...code.matchAll(/^\s*\/\/ (\S+\.(?:ts|js|mjs|cjs|json))$/gm)]
    .map(([, path = ""]) => path);
  assert(paths.includes("server/stdio_transport.ts"), `${paths.length} modules`);
  for (const path of paths) {
    assert(!/(?:^|\/)tests?\//.test(path), path);
    assert(!/sdk.*\/(?:stdio|sse|streamableHttp|websocket)\.js$/.test(path), path);
  }
  const standIns = paths.filter((path) => path.startsWith("std/"));
  assertEquals(standIns, [...new Set(standIns)]);
});
