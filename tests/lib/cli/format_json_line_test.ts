import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { formatJsonLine } from "../../../lib/cli/format_json_line.ts";
import { hostileText } from "../_texts.ts";

Deno.test("formatJsonLine() escapes what a terminal might obey", () => {
  assertEquals(
    formatJsonLine({ a: "\x1b[2J\x9b\u202e\u2028é\ud800" }),
    String.raw`{"a":"\u001b[2J\u009b\u202e\u2028é\ud800"}`,
  );
});

Deno.test("formatJsonLine() gives one line that parses to the same", () => {
  fc.assert(fc.property(hostileText, hostileText, (key, text) => {
    const line = formatJsonLine({ [`_${key}`]: [text, null, 1] });
    assertEquals(JSON.parse(line), { [`_${key}`]: [text, null, 1] });
    assertEquals(/[\p{Cc}\p{Cs}\u2028-\u202e\u2066-\u2069]/u.exec(line), null);
  }));
});
