import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import type { ProbePlaces, ProbeResult } from "./_escape_probe.ts";
import { createScratch, PROJECT, takeFreePort } from "../_session.ts";

const PROBE = "tests/contract/sandbox/_escape_probe.ts";

/** The ways that no flag of Deno closes; `docs/security.md` names them. */
const NOT_STOPPED = [
  "import file through a link",
  "import data",
  "import blob",
  "read through a link",
  "read through a link to a folder",
  "write through a link to a folder",
  "SQLite open through a link",
  "localStorage",
  "sessionStorage",
  "caches",
];

/** Makes a folder with links that lead out, and what they lead to. */
function createPlaces(port: number, otherPort: number): ProbePlaces {
  const [inside, outside] = [createScratch(), createScratch()];
  Deno.writeTextFileSync(`${outside}/secret.js`, 'export default "secret";');
  Deno.writeTextFileSync(`${outside}/secret.json`, "{}");
  const database = new DatabaseSync(`${outside}/secret.db`);
  database.exec("CREATE TABLE secret (text TEXT)");
  database.close();
  // `Deno.symlink()` would need all of the file system.
  const { success } = new Deno.Command("sh", {
    args: [
      "-c",
      `ln -s '${outside}/secret.js' link.js && ln -s '${outside}/secret.db' link.db &&
      ln -s '${outside}' folder`,
    ],
    cwd: inside,
  }).outputSync();
  assert(success);
  return { inside, outside, port, otherPort };
}

/** Counts the connections to a port, and ends each. */
async function countConnections(listener: Deno.Listener): Promise<number> {
  let count = 0;
  for await (const connection of listener) {
    count++;
    connection.close();
  }
  return count;
}

/** Runs the probe with the flags of a command line whose state folder is named by a placeholder. */
async function probe(flags: readonly string[], placeholder: string): Promise<ProbeResult[]> {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const counting = countConnections(listener);
  const otherPort = listener.addr.port;
  const places = createPlaces(takeFreePort(), otherPort);
  const denoDir = createScratch();
  const granted = flags.map((flag) =>
    flag.replaceAll(placeholder, places.inside).replaceAll(":8788", `:${places.port}`)
  );
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", ...granted, PROBE, JSON.stringify(places)],
    cwd: PROJECT,
    env: { DENO_DIR: denoDir, NPM_CONFIG_REGISTRY: `http://127.0.0.1:${otherPort}`, PROBE: "set" },
  }).output();
  listener.close();
  const errors = new TextDecoder().decode(stderr);
  assertStringIncludes(errors, "Unstable API 'Worker.deno.permissions'");
  assertEquals(await counting, 0, "connections to a port that the flags do not grant");
  const outside = Array.from(Deno.readDirSync(places.outside), ({ name }) => name).sort();
  // One file was made through the link to the folder.
  assertEquals(outside, ["new", "secret.db", "secret.js", "secret.json"]);
  // The storage of the web, which no flag closes, stays in the cache folder of Deno.
  assert(Deno.statSync(`${denoDir}/location_data`).isDirectory);
  return new TextDecoder().decode(stdout).trim().split("\n").map((line) => JSON.parse(line));
}

function assertTight(results: readonly ProbeResult[]): void {
  assert(results.length > 90, `${results.length} ways`);
  assertEquals(results.filter(({ outcome }) => outcome === "failed"), []);
  const out = results.filter(({ outcome }) => outcome === "out");
  assertEquals(out.map(({ way }) => way), NOT_STOPPED, JSON.stringify(out));
}

Deno.test("code inside the server cannot leave the sandbox of .mcp.json [sandbox.escape]", async () => {
  const { mcpServers } = JSON.parse(await Deno.readTextFile(new URL(".mcp.json", PROJECT)));
  const args: string[] = mcpServers.webhook.args;
  const flags = args.slice(1, args.indexOf("main.ts"));
  assertTight(await probe(flags, "${HOME}/.claude/channels/webhook"));
});

Deno.test("code inside the bundle cannot leave the sandbox of its command [sandbox.escape]", async () => {
  const readme = await Deno.readTextFile(new URL("README.md", PROJECT));
  const [, flags = ""] = /^deno run (.*) dist\/bundle\/main\.js/m.exec(readme) ?? [];
  assertTight(await probe(flags.replaceAll('"', "").split(" "), "$STATE"));
});
