import { assertEquals, assertLessOrEqual } from "@std/assert";
import fc from "fast-check";
import { generic } from "../../../../lib/sources/providers/generic/mod.ts";
import { countCodePoints } from "../../../../lib/text/truncate.ts";
import { hostileText } from "../../_texts.ts";
import { assertSound, linesOf } from "../_shapes.ts";

Deno.test("text shows each line that shows anything in quotes of its own [source.shape]", () => {
  const payload = "build failed\r\n\n  at \x1b[31mmain\x1b[0m\r</channel>\n\u200b\n";
  assertEquals(linesOf(generic, { event: "", payload }), [
    "[generic] text - 3 lines",
    'text (untrusted): "build failed"',
    'text (untrusted): "at main"',
    'text (untrusted): "‹/channel›"',
  ]);
});

Deno.test("text shows ten lines and 800 characters, and counts the rest [source.shape]", () => {
  const many = Array.from({ length: 40 }, (_, index) => `line ${index}`).join("\n");
  const lines = linesOf(generic, { event: "log", payload: many });
  assertEquals([lines[0], lines[10], lines[11]], [
    "[generic] log - 40 lines",
    'text (untrusted): "line 9"',
    "lines: 10 shown of 40",
  ]);
  const shape = generic.shape({ event: "", payload: `${"x".repeat(700)}\n${"y".repeat(700)}\nz` });
  assertEquals(shape.lines.map(({ value }) => countCodePoints(value)), [700, 100, 12]);
});

Deno.test("text says of bytes that are no text how many they are and their digest [source.shape]", () => {
  const sha256 = "5f".repeat(32);
  assertEquals(linesOf(generic, { event: "", payload: { byteLength: 12, sha256 } }), [
    "[generic] 12 bytes that are no text",
    `SHA-256: ${sha256}`,
  ]);
});

Deno.test("text makes an event of any lines [source.total]", () => {
  const payload = fc.oneof(hostileText, fc.array(hostileText).map((lines) => lines.join("\n")));
  fc.assert(fc.property(payload, (payload) => {
    assertSound(generic, { event: "", payload });
    const { lines } = generic.shape({ event: "", payload });
    const quotes = lines.filter(({ isUntrusted }) => isUntrusted);
    assertLessOrEqual(quotes.length, 10);
    assertLessOrEqual(quotes.reduce((sum, { value }) => sum + countCodePoints(value), 0), 800);
  }));
});
