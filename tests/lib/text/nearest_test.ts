import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { findNearest } from "../../../lib/text/nearest.ts";

Deno.test("findNearest() finds the name that was meant and no other [source.config]", () => {
  const known = ["path", "kind", "secrets", "repository", "github", "gitlab"];
  const cases: [string, string | undefined][] = [
    ["secret", "secrets"],
    ["Secrets", "secrets"],
    ["secerts", "secrets"],
    ["pth", "path"],
    ["kinds", "kind"],
    ["repositroy", "repository"],
    ["githb", "github"],
    ["gitlba", "gitlab"],
    ["url", undefined],
    ["token", undefined],
    ["", undefined],
    ["secrets".repeat(20), undefined],
  ];
  for (const [name, nearest] of cases) assertEquals(findNearest(name, known), nearest, name);
});

Deno.test("findNearest() takes the first of equally near names [source.config]", () => {
  assertEquals(findNearest("cat", ["bat", "cap", "dog"]), "bat");
  assertEquals(findNearest("cat", []), undefined);
  assertEquals(findNearest("cat", ["x".repeat(65)]), undefined);
});

Deno.test("findNearest() finds a name after any one slip, and the name itself first [source.config]", () => {
  const name = fc.string({ unit: fc.constantFrom(..."abcdef"), minLength: 2, maxLength: 20 });
  fc.assert(fc.property(name, fc.nat(20), fc.constantFrom(..."uvwxyz"), (name, at, letter) => {
    const index = at % (name.length - 1);
    const [before, after] = [name.slice(0, index), name.slice(index + 1)];
    const swapped = `${before}${name[index + 1]}${name[index]}${name.slice(index + 2)}`;
    const slips = [before + after, before + letter + after, before + letter + name.slice(index)];
    for (const slip of [...slips, swapped]) {
      if (slip !== "") assertEquals(findNearest(slip, [name]), name, slip);
    }
    assertEquals(findNearest(name, [`${name}${letter}`, name]), name);
  }));
});
