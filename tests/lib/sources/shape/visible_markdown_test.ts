import { assertEquals, assertFalse } from "@std/assert";
import fc from "fast-check";
import { visibleMarkdown } from "../../../../lib/sources/shape/visible_markdown.ts";
import { hostileText } from "../../_texts.ts";

Deno.test("visibleMarkdown() leaves out what the page does not show [source.untrusted]", () => {
  const cases: [string, string][] = [
    ["a <!-- order\nof two lines --> b", "a  b"],
    ["a <!-- not closed", "a "],
    ["<!---->x<!-- --><!-- -->", "x"],
    ["![alt](https://example.com/x.png) text", "[image] text"],
    ['<img src="https://example.com/x.png"\nalt="x"> <IMG>', "[image] [image]"],
    [
      "[link](https://example.com) a < b > c <!- no",
      "[link](https://example.com) a < b > c <!- no",
    ],
  ];
  for (const [text, visible] of cases) assertEquals(visibleMarkdown(text), visible);
});

Deno.test("visibleMarkdown() leaves no comment in any text, however long [source.untrusted]", () => {
  const pieces = fc.oneof(fc.constantFrom("<!--", "-->", "<img", "![", "]("), hostileText);
  fc.assert(fc.property(fc.array(pieces), (texts) => {
    assertFalse(/<!--[\s\S]*-->/.test(visibleMarkdown(texts.join(""))));
  }));
  for (const teaser of ["<!--", "![", "<img ", "![](", "-->"]) {
    visibleMarkdown(teaser.repeat(100_000));
  }
});
