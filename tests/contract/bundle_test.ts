import { assert, assertEquals } from "@std/assert";
import { PROJECT, Session, takeFreePort } from "./_session.ts";

const SCRATCH = Deno.env.get("SCRATCH") ?? "";

async function bundle(output: string): Promise<string> {
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["bundle", "--frozen", "--output", output, `${PROJECT}main.ts`],
  }).output();
  assert(success, new TextDecoder().decode(stderr));
  return await Deno.readTextFile(output);
}

Deno.test("the bundle is one file that runs in an empty folder without npm and network [bundle]", async () => {
  const folder = `${SCRATCH}/empty`;
  await Deno.mkdir(folder);
  const code = await bundle(`${folder}/deno-channel.js`);
  const port = takeFreePort();
  const flags = ["--no-prompt", "--no-npm", "--no-remote", `--allow-net=127.0.0.1:${port}`];
  const args = ["--port", String(port), "--trust-header", "dev"];
  await using session = await Session.start({
    port,
    cwd: folder,
    command: [Deno.execPath(), "run", ...flags, "deno-channel.js", ...args],
  });
  assertEquals((await session.post("hello")).text, "ok");
  assertEquals((await session.take()).params.content, "hello");

  // The bundler heads the code of each module with its path.
  const modules = [...code.matchAll(/^\s*\/\/ (\S+\.(?:ts|js|mjs|cjs|json))$/gm)].map((m) => m[1]);
  assert(modules.length > 50, `${modules.length} modules`);
  for (const [, path] of modules.entries()) {
    const isUnwanted = /(^|\/)tests?\//.test(path ?? "") ||
      /sdk.*\/(stdio|sse|streamableHttp|websocket)\.js$/.test(path ?? "");
    assert(!isUnwanted, path);
  }
  const standIns = modules.filter((path) => path?.startsWith("std/"));
  assertEquals(standIns, [...new Set(standIns)]);
});
