import { assert, assertEquals } from "@std/assert";
import { addSource, removeSource } from "../../../../lib/sources/config/changes.ts";
import type { SourceConfig, SourceEntry } from "../../../../lib/sources/config/entry.ts";

const GITHUB: SourceEntry = { path: "/github", kind: "github", secrets: ["env:SECRET"] };

function configOf(...names: string[]): SourceConfig {
  const sources = names.map((name) => [name, { ...GITHUB, path: `/${name}` }]);
  return Object.freeze({ sources: Object.freeze(Object.fromEntries(sources)) });
}

Deno.test("addSource() adds a source to a new configuration [source.config]", () => {
  const config = configOf("a");
  const result = addSource(config, { name: "b", source: GITHUB });
  assertEquals(result, { ok: true, config: { sources: { ...config.sources, b: GITHUB } } });
  assertEquals(Object.keys(config.sources), ["a"]);
  assert(addSource(config, { name: "constructor", source: GITHUB }).ok);
});

Deno.test("addSource() refuses what could not be read again [source.config]", () => {
  const config = configOf("a");
  assertEquals(addSource(config, { name: "a", source: GITHUB }), {
    ok: false,
    message: 'Cannot add the source "a": expected a name that no other source has',
  });
  assertEquals(addSource(config, { name: "b", source: { ...GITHUB, path: "/a" } }), {
    ok: false,
    message:
      'The configuration is wrong at sources.b.path: expected a path of its own: "a" has the same',
  });
  assertEquals(addSource(config, { name: "b", source: { ...GITHUB, secrets: [""] } }), {
    ok: false,
    message:
      "The configuration is wrong at sources.b.secrets[0]: expected a secret that is not empty",
  });
});

Deno.test("removeSource() removes a source from a new configuration [source.config]", () => {
  const config = configOf("a", "b");
  assertEquals(removeSource(config, "a"), { ok: true, config: configOf("b") });
  assertEquals(Object.keys(config.sources), ["a", "b"]);
});

Deno.test("removeSource() names the source that was probably meant, or those that there are [source.config]", () => {
  const many = configOf(..."abcdefghijkl");
  const listed = [..."abcdefghij"].map((name) => `"${name}"`).join(", ");
  const cases: [SourceConfig, string, string][] = [
    [configOf("github", "gitlab"), "githb", 'There is no source "githb": did you mean "github"?'],
    [configOf("github"), "toString", 'There is no source "toString": expected "github"'],
    [configOf(), "github", 'There is no source "github": there are no sources'],
    [many, "zzz\n\x1b[31m", `There is no source "zzz [31m": expected ${listed} … (+2)`],
  ];
  for (const [config, name, message] of cases) {
    assertEquals(removeSource(config, name), { ok: false, message }, name);
  }
});
