import { assert, assertEquals } from "@std/assert";
import { listFiles, readFile } from "./_files.ts";

/** The specifiers of all imports, re-exports and dynamic imports of a module. */
function importsOf(source: string): string[] {
  const pattern = /(?:^|\n)\s*(?:import|export)\b[^"';]*?from\s*"([^"]+)"|import\("([^"]+)"\)/g;
  return [...withoutComments(source).matchAll(pattern)].map(([, a, b]) => a ?? b ?? "");
}

/** The code of a module without its comments, which may mention what the code must not use. */
function withoutComments(source: string): string {
  return source.replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, "");
}

/** What code would need that touches the world, knows the time or rolls dice. */
const IMPURE_REGEXP =
  /\b(?:Deno|globalThis|process|console|fetch|crypto|performance|navigator|WebSocket|EventSource|Worker|localStorage|setTimeout|setInterval|setImmediate|queueMicrotask|Temporal)\b|\bDate\.now\b|\bnew Date\(\)|\bMath\.random\b/;

/** The path that a relative specifier names, or the specifier itself. */
function resolve(specifier: string, path: string): string {
  if (specifier[0] !== ".") return specifier;
  return new URL(specifier, `file:///${path}`).pathname.slice(1);
}

Deno.test("lib/ imports nothing outside itself but zod", async () => {
  for (const path of await listFiles("lib/", ".ts")) {
    for (const specifier of importsOf(await readFile(path))) {
      assert(/^lib\/|^zod$/.test(resolve(specifier, path)), `${path} imports ${specifier}`);
    }
  }
});

Deno.test("lib/ has no effects, no clock and no randomness", async () => {
  for (const path of await listFiles("lib/", ".ts")) {
    const found = IMPURE_REGEXP.exec(withoutComments(await readFile(path)))?.[0];
    assertEquals(found, undefined, path);
  }
});

Deno.test("imports point down: main, cli, server, lib", async () => {
  const allowed: Record<string, RegExp> = {
    "server/":
      /^(?:server|lib)\/|^@modelcontextprotocol\/sdk\/|^@std\/http\/|^node:sqlite$|^handlebars(?:\/dist\/handlebars\.js)?$|^re2js$/,
    "cli/": /^(?:cli|lib|server)\/|^@modelcontextprotocol\/sdk\/|^@std\/http\//,
  };
  for (const [room, pattern] of Object.entries(allowed)) {
    for (const path of await listFiles(room, ".ts")) {
      for (const specifier of importsOf(await readFile(path))) {
        assert(pattern.test(resolve(specifier, path)), `${path} imports ${specifier}`);
      }
    }
  }
  for (const specifier of importsOf(await readFile("mod.ts"))) {
    assert(/^\.\/(?:lib|server)\//.test(specifier), `mod.ts imports ${specifier}`);
  }
  for (const specifier of importsOf(await readFile("main.ts"))) {
    assert(/^\.\/(?:lib|cli)\//.test(specifier), `main.ts imports ${specifier}`);
  }
});

Deno.test("no two modules import each other, over however many others", async () => {
  const graph = new Map<string, string[]>();
  for (const room of ["lib/", "server/", "cli/"]) {
    for (const path of await listFiles(room, ".ts")) {
      const imports = importsOf(await readFile(path)).filter((specifier) => specifier[0] === ".");
      graph.set(path, imports.map((s) => new URL(s, `file:///${path}`).pathname.slice(1)));
    }
  }
  const done = new Set<string>();
  function visit(path: string, way: readonly string[]): void {
    assert(!way.includes(path), `${[...way, path].join(" → ")} is a circle`);
    if (done.has(path)) return;
    for (const next of graph.get(path) ?? []) visit(next, [...way, path]);
    done.add(path);
  }
  for (const path of graph.keys()) visit(path, []);
  assert(done.size > 30, `${done.size} modules`);
});
