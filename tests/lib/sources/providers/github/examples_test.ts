import examples from "@octokit/webhooks-examples" with { type: "json" };
import { assert, assertEquals, assertLessOrEqual, assertNotMatch } from "@std/assert";
import { formatShape } from "../../../../../lib/sources/shape/format_shape.ts";
import { github } from "../../../../../lib/sources/providers/github/mod.ts";
import { countCodePoints } from "../../../../../lib/text/truncate.ts";

/** Texts that no event may show: addresses, tokens, keys, pages for machines. */
const FORBIDDEN_REGEXP =
  /[\w.+-]+@[\w-]+\.[a-z]{2,}|gh[a-z]_\w{10}|github_pat_|xox[a-z]-|whsec_|AKIA[A-Z0-9]{8}|eyJ\w{10}|PRIVATE KEY|:\/\/(?:api\.github|avatars|uploads)/i;

Deno.test("github.shape() says in short what GitHub's own examples say [source.shape]", () => {
  let count = 0;
  for (const { name, examples: payloads } of examples) {
    for (const payload of payloads) {
      const shape = github.shape({ event: name, payload });
      const { text, meta } = formatShape("github", shape);
      const [title = "", ...lines] = text.split("\n");
      assertNotMatch(text, FORBIDDEN_REGEXP, name);
      assertNotMatch(text, /<|undefined|\[object/, name);
      assertLessOrEqual(countCodePoints(text), 2000, text);
      assertLessOrEqual(countCodePoints(title), 200, text);
      assert(title.startsWith("[github] ") && lines.length > 0, text);
      assert(meta.event === name || meta.event?.startsWith(`${name}.`), text);
      count++;
    }
  }
  assert(count > 200, String(count));
});

Deno.test("github.shape() tells GitHub's own examples in 800 characters where it knows the event [source.shape]", () => {
  const long = examples.flatMap(({ name, examples: payloads }) =>
    payloads.map((payload) => formatShape("github", github.shape({ event: name, payload })).text)
      .filter((text) => countCodePoints(text) > 800)
  );
  assertEquals(long, []);
});
