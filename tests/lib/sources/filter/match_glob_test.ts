import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { matchesGlob } from "../../../../lib/sources/filter/match_glob.ts";
import { show } from "../../_texts.ts";

Deno.test("matchesGlob() matches a text as a whole [source.filter]", () => {
  const cases: [string, string, boolean][] = [
    ["push", "push", true],
    ["push", "pushed", false],
    ["push", "xpush", false],
    ["push*", "pushed", true],
    ["*", "", true],
    ["*", "anything", true],
    ["", "", true],
    ["", "a", false],
    ["pull_request.*", "pull_request.opened", true],
    ["pull_request.*", "pull_request", false],
    ["*.opened", "pull_request.opened", true],
    ["*.opened", "pull_request.reopened", false],
    ["*opened", "pull_request.reopened", true],
    ["a*b*c", "a-b-b-c", true],
    ["a*b*c", "a-c-b", false],
    ["a**c", "abc", true],
    ["a.c", "abc", false],
    ["[a]", "a", false],
    ["PUSH", "push", false],
  ];
  for (const [pattern, text, expected] of cases) {
    assertEquals(matchesGlob(pattern, text), expected, `${pattern} ${text}`);
  }
});

Deno.test("matchesGlob() agrees with a regular expression [source.filter]", () => {
  const pattern = fc.string({ unit: fc.constantFrom(..."ab.*"), maxLength: 8 });
  const text = fc.string({ unit: fc.constantFrom(..."ab."), maxLength: 12 });
  fc.assert(
    fc.property(pattern, text, (pattern, text) => {
      const source = pattern.replaceAll(".", "\\.").replaceAll("*", ".*");
      assertEquals(matchesGlob(pattern, text), new RegExp(`^${source}$`).test(text));
    }),
    { numRuns: 1000 },
  );
});

Deno.test("matchesGlob() does not try the same thing again and again [source.filter]", () => {
  let reads = 0;
  const text = new Proxy(new String("a".repeat(200)), {
    get(target, key) {
      reads++;
      return Reflect.get(target, key);
    },
  }) as unknown as string;
  assertEquals(matchesGlob("a*".repeat(40) + "b", text), false);
  assert(reads < 3 * 200 * 81, show(reads));
});
