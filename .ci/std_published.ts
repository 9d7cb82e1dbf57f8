/**
 * Runs the gate with the published `@std` packages instead of the stand-ins in `std/`, on a machine
 * that reaches JSR: in a clone of the last commit without the links.
 *
 * @module
 */

async function run(cwd: string | URL, command: string, ...args: string[]): Promise<void> {
  const { success } = await new Deno.Command(command, { args, cwd }).spawn().status;
  if (!success) throw new Error(`"${command} ${args.join(" ")}" failed`);
}

const project = new URL("..", import.meta.url);
const copy = Deno.env.get("SCRATCH") ?? "";
await run(project, "git", "clone", "--quiet", ".", copy);
// The links stand in for modules of JSR; `--deny-import` refuses those, also from the cache.
for (
  const name of [
    ".mcp.json",
    "deno.json",
    "cli/demo/server_command.ts",
    "tests/cli/demo/server_command_test.ts",
    "tests/contract/sandbox/sandbox_test.ts",
  ]
) {
  const text = await Deno.readTextFile(`${copy}/${name}`);
  await Deno.writeTextFile(
    `${copy}/${name}`,
    text.replace(/ --deny-import|^ *"--deny-import",\n/gm, ""),
  );
}
const { links: _, ...config } = JSON.parse(await Deno.readTextFile(`${copy}/deno.json`));
await Deno.writeTextFile(`${copy}/deno.json`, JSON.stringify(config, null, 2) + "\n");
// The lock file names the links; it has to hold the published packages and their hashes instead.
await run(copy, Deno.execPath(), "install");
await run(copy, Deno.execPath(), "task", "ok");
