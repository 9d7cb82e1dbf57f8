import { assert, assertEquals } from "@std/assert";
import { listFiles, readFile } from "./_files.ts";

/**
 * The allowed imports: a folder, and the folders that its files may import from besides itself. The
 * picture in `docs/architecture.md` shows the same from above.
 */
const ARROWS: Readonly<Record<string, string>> = {
  "lib": "",
  "lib/text": "",
  "lib/session": "",
  "lib/feed": "lib/text",
  "lib/http": "",
  "lib/permission": "lib/text",
  "lib/access": "lib lib/text",
  "lib/event": "lib/access lib/http lib/permission lib/session lib/text",
  "lib/sources/proof": "",
  "lib/sources/shape": "lib/text",
  "lib/sources": "lib/sources/proof lib/sources/shape",
  "lib/sources/burst": "lib/sources/shape lib/text",
  "lib/sources/body": "lib/sources/proof lib/sources/shape lib/text",
  "lib/sources/filter": "lib/sources/body lib/sources/shape lib/text",
  "lib/sources/config":
    "lib lib/session lib/sources lib/sources/body lib/sources/filter lib/sources/proof lib/sources/providers lib/sources/shape lib/text",
  "lib/sources/providers/github": "lib/sources lib/sources/proof lib/sources/shape lib/text",
  "lib/sources/providers/bitbucket":
    "lib/sources lib/sources/proof lib/sources/providers/github lib/sources/shape",
  "lib/sources/providers/generic":
    "lib/sources lib/sources/body lib/sources/proof lib/sources/shape",
  "lib/sources/providers/gitea":
    "lib/sources lib/sources/proof lib/sources/providers/github lib/sources/shape",
  "lib/sources/providers/gitlab":
    "lib/sources lib/sources/proof lib/sources/providers/github lib/sources/shape",
  "lib/sources/providers/linear": "lib/sources lib/sources/proof lib/sources/shape",
  "lib/sources/providers":
    "lib/sources lib/sources/proof lib/sources/providers/bitbucket lib/sources/providers/generic lib/sources/providers/gitea lib/sources/providers/github lib/sources/providers/gitlab lib/sources/providers/linear lib/sources/shape",
  "lib/channel": "lib lib/event lib/permission lib/sources/body lib/text",
  "lib/cli":
    "lib lib/access lib/event lib/http lib/permission lib/session lib/sources/config lib/sources/providers lib/text",
  "server/runtime": "",
  "server/state": "",
  "server/journal": "lib/event lib/permission lib/session server/runtime server/state",
  "server/access": "lib/access lib/event server/runtime server/state",
  "server/channel": "lib/channel lib/event lib/permission lib/text server/runtime",
  "server/event": "lib/event lib/permission lib/session server/journal server/runtime",
  "server/feed": "lib/feed lib/http lib/text server/event server/runtime",
  "server/session":
    "lib/channel lib/event lib/permission lib/session server/channel server/event server/journal server/runtime",
  "server/sources":
    "lib/access lib/event lib/sources/body lib/sources/burst lib/sources/config lib/sources/filter lib/sources/proof lib/sources/shape lib/text server/event server/journal server/runtime server/state",
  "server/http":
    "lib/access lib/event lib/http lib/permission lib/session lib/sources/body lib/sources/filter lib/sources/providers lib/sources/shape lib/text server/access server/event server/feed server/journal server/runtime server/sources server/state",
  "server/port":
    "lib lib/access lib/cli lib/http lib/text server/access server/event server/feed server/http server/journal server/runtime server/session server/sources",
  "server":
    "lib lib/access lib/channel lib/cli lib/permission server/access server/channel server/journal server/port server/runtime server/session",
  "cli/shared": "lib/cli lib/http server/feed server/journal server/runtime server/state",
  "cli/access": "cli/shared lib/access lib/cli lib/text server/access server/runtime",
  "cli/demo":
    "cli/shared lib lib/channel lib/cli lib/event lib/http lib/permission server/channel server/runtime",
  "cli/events":
    "cli/shared lib/cli lib/event lib/session lib/text server/feed server/journal server/runtime server/state",
  "cli/gateway": "cli/serve cli/shared lib/cli server",
  "cli/help": "lib/cli lib/sources/providers",
  "cli/serve":
    "cli/shared lib/cli lib/http server server/port server/runtime server/sources server/state",
  "cli/sessions": "cli/shared lib/cli",
  "cli/source":
    "cli/events cli/shared lib/cli lib/sources lib/sources/config lib/sources/proof lib/sources/providers lib/text server/feed server/journal server/sources server/state",
  "main.ts":
    "cli/access cli/demo cli/events cli/gateway cli/help cli/serve cli/sessions cli/shared cli/source lib lib/cli",
  "mod.ts":
    "lib lib/access lib/channel lib/event lib/http lib/permission lib/text server/channel server/runtime",
};

/** The packages that the files of a room may import; those of `lib/` are pure. */
const PACKAGES: Readonly<Record<string, RegExp>> = {
  lib: /^(?:zod|ipaddr\.js|string-width|fastest-levenshtein)$/,
  server:
    /^(?:@modelcontextprotocol\/sdk\/.*|@std\/http\/.*|node:sqlite|handlebars(?:\/dist\/handlebars\.js)?|re2js)$/,
  cli: /^(?:@modelcontextprotocol\/sdk\/.*|@std\/http\/.*)$/,
};

const MAX_FILES = 25;

/** Code with effects, a clock or randomness. */
const IMPURE_REGEXP =
  /\b(?:Deno|globalThis|process|console|fetch|crypto|performance|navigator|WebSocket|EventSource|Worker|localStorage|setTimeout|setInterval|setImmediate|queueMicrotask|Temporal)\b|\bDate\.now\b|\bnew Date\(\)|\bMath\.random\b/;

/** Removes comments, which may mention the names that code must not use. */
function withoutComments(source: string): string {
  return source.replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, "");
}

/** Finds the imports of a module: paths from the folder of the project, and names of packages. */
function importsOf(source: string, path: string): string[] {
  const pattern = /(?:^|\n)\s*(?:import|export)\b[^"';]*?from\s*"([^"]+)"|import\("([^"]+)"\)/g;
  return [...withoutComments(source).matchAll(pattern)].map(([, a, b]) => {
    const specifier = a ?? b ?? "";
    if (specifier[0] !== ".") return specifier;
    return new URL(specifier, `file:///${path}`).pathname.slice(1);
  });
}

/** Returns the folder of a file, or the file itself at the top. */
function roomOf(path: string): string {
  return path.includes("/") ? path.slice(0, path.lastIndexOf("/")) : path;
}

async function readGraph(): Promise<Map<string, string[]>> {
  const graph = new Map<string, string[]>();
  const paths = ["main.ts", "mod.ts"];
  for (const room of ["lib/", "server/", "cli/"]) paths.push(...await listFiles(room, ".ts"));
  for (const path of paths) graph.set(path, importsOf(await readFile(path), path));
  return graph;
}

function isModule(path: string): boolean {
  return path.endsWith(".ts");
}

function assertNoCircle(graph: ReadonlyMap<string, readonly string[]>): void {
  const done = new Set<string>();
  function visit(node: string, way: readonly string[]): void {
    assert(!way.includes(node), `${[...way, node].join(" → ")} is a circle`);
    if (done.has(node)) return;
    for (const next of graph.get(node) ?? []) visit(next, [...way, node]);
    done.add(node);
  }
  for (const node of graph.keys()) visit(node, []);
}

Deno.test("folders import from the folders that the table allows, and from all of those", async () => {
  const taken = new Set<string>();
  for (const [path, imports] of await readGraph()) {
    const room = roomOf(path);
    const allowed = ARROWS[room]?.split(" ");
    assert(allowed !== undefined, `${path} lies in a folder that the table does not have`);
    for (const imported of imports.filter(isModule).map(roomOf)) {
      if (imported === room) continue;
      assert(allowed.includes(imported), `${path}: ${room} → ${imported} is not in the table`);
      taken.add(`${room} → ${imported}`);
    }
  }
  const arrows = Object.entries(ARROWS).flatMap(([room, allowed]) =>
    allowed.split(" ").filter((to) => to !== "").map((to) => `${room} → ${to}`)
  );
  assertEquals(arrows.filter((arrow) => !taken.has(arrow)), []);
});

Deno.test("no folders import from each other, over however many others", () => {
  const graph = Object.entries(ARROWS).map(([room, to]) => [room, to.split(" ")] as const);
  assertNoCircle(new Map(graph));
});

Deno.test("no modules import each other, over however many others", async () => {
  const graph = await readGraph();
  assertNoCircle(graph);
  assert(graph.size > 250, `${graph.size} modules`);
});

Deno.test("rooms import the packages that they may", async () => {
  for (const [path, imports] of await readGraph()) {
    const allowed = PACKAGES[path.split("/")[0] ?? ""];
    for (const name of imports.filter((name) => !isModule(name))) {
      assert(allowed?.test(name), `${path} imports ${name}`);
    }
  }
});

Deno.test("lib/ has no effects, no clock and no randomness", async () => {
  for (const path of await listFiles("lib/", ".ts")) {
    const found = IMPURE_REGEXP.exec(withoutComments(await readFile(path)))?.[0];
    assertEquals(found, undefined, path);
  }
});

Deno.test("no folder has more files than a reader can take in", async () => {
  const counts = new Map<string, number>();
  for (const room of ["lib/", "server/", "cli/", "std/", "bench/", "tests/"]) {
    for (const path of await listFiles(room, "")) {
      counts.set(roomOf(path), (counts.get(roomOf(path)) ?? 0) + 1);
    }
  }
  assertEquals([...counts].filter(([, count]) => count > MAX_FILES), []);
});

/** The names that a module imports or exports again: `lib/version.ts VERSION`. */
function namesOf(source: string, path: string): string[] {
  const patterns = [
    /(?:^|\n)(?:import|export)\s+(?:type\s+)?\{([^}]*)\}\s*from\s*"([^"]+)"/g,
    /const \{([^}]*)\} = await import\("([^"]+)"\)/g,
  ].flatMap((pattern) => [...source.matchAll(pattern)]);
  const members = [...source.matchAll(/\(await import\("([^"]+)"\)\)\.(\w+)/g)]
    .map(([all, specifier = "", name = ""]) => [all, name, specifier]);
  return [...patterns, ...members].flatMap(([, names = "", specifier = ""]) => {
    const { pathname } = new URL(specifier, `file:///${path}`);
    return names.split(",").map((name) =>
      `${pathname.slice(1)} ${name.replace(/^\s*(?:type\s+)?(\w*)[^]*$/, "$1")}`
    );
  });
}

Deno.test("modules export what another file imports, and nothing else", async () => {
  const paths = ["main.ts", "mod.ts"];
  for (const room of ["lib/", "server/", "cli/", "tests/", "bench/", ".ci/"]) {
    paths.push(...await listFiles(room, ".ts"));
  }
  const imported = new Set<string>();
  for (const path of paths) {
    for (const name of namesOf(await readFile(path), path)) imported.add(name);
  }
  const pattern = /^export (?:async )?(?:function\*?|class|interface|type|const|let) (\w+)/gm;
  const unused: string[] = [];
  for (const path of paths.filter((path) => /^(?:lib|server|cli)\//.test(path))) {
    for (const [, name] of (await readFile(path)).matchAll(pattern)) {
      if (!imported.has(`${path} ${name}`)) unused.push(`${path} ${name}`);
    }
  }
  assertEquals(unused, []);
});
