import { assertEquals, assertMatch } from "@std/assert";
import fc from "fast-check";
import { cleanContent } from "../../../lib/text/clean_content.ts";
import { formatChannelTag } from "../../../lib/event/format_channel_tag.ts";
import { sanitizeMeta } from "../../../lib/event/sanitize_meta.ts";
import { hostileText } from "../_texts.ts";

Deno.test("formatChannelTag() writes the tag as the client does", () => {
  assertEquals(
    formatChannelTag("webhook", {
      content: "build failed on main: https://ci.example.com/run/1234",
      meta: { severity: "high", run_id: "1234" },
    }),
    '<channel source="webhook" severity="high" run_id="1234">' +
      "build failed on main: https://ci.example.com/run/1234</channel>",
  );
});

Deno.test("formatChannelTag() writes the source alone when there is no meta", () => {
  assertEquals(formatChannelTag("a", { content: "" }), '<channel source="a"></channel>');
  assertEquals(
    formatChannelTag("a", { content: "x", meta: {} }),
    '<channel source="a">x</channel>',
  );
});

Deno.test("formatChannelTag() writes the source first, also before a key that is a number", () => {
  const tag = formatChannelTag("webhook", { content: "x", meta: { a: "1", 7: "2" } });
  assertMatch(tag, /^<channel source="webhook" /);
});

Deno.test("formatChannelTag() has one beginning and one end for whatever was cleaned", () => {
  fc.assert(fc.property(hostileText, hostileText, hostileText, (text, key, value) => {
    const { meta } = sanitizeMeta({ [key]: value, user: value });
    const tag = formatChannelTag("webhook", { content: cleanContent(text), meta });
    assertMatch(tag, /^<channel(?: \w+="[^"<>]*")+>/);
    assertEquals(tag.match(/ source="/g)?.length, cleanContent(text).split(' source="').length);
    assertEquals(tag.match(/<\s*\/?\s*channel/gi)?.length, 2);
  }));
});
