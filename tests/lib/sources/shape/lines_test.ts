import { assertEquals } from "@std/assert";
import { field, joinTitle, listed, quoted } from "../../../../lib/sources/shape/lines.ts";

Deno.test("field() and quoted() leave no line for what is missing or not seen [source.shape]", () => {
  assertEquals(field("branch", "main"), [{ key: "branch", value: "main", isUntrusted: false }]);
  assertEquals(quoted("title", "Fix it"), [{ key: "title", value: "Fix it", isUntrusted: true }]);
  for (const value of [undefined, "", " \n"]) {
    assertEquals([...field("a", value), ...quoted("a", value)], [], String(value));
  }
  assertEquals(quoted("a", "\u200b\x1b[0m"), []);
});

Deno.test("quoted() redacts before it cuts [source.redaction]", () => {
  const [line] = quoted("body", `${"a ".repeat(8)}ghp_${"b".repeat(36)} and more to read here`, 32);
  assertEquals(line?.value, "a a a a a a a a [redacted… (+23)");
  assertEquals(quoted("body", "a".repeat(500))[0]?.value.length, 200);
});

Deno.test("listed() joins untrusted items and says how many it left out [source.shape]", () => {
  assertEquals(listed("labels", ["bug", undefined, " ", "p1"], 3), [
    { key: "labels", value: "bug; p1", isUntrusted: true },
  ]);
  assertEquals(listed("labels", Array.from({ length: 40 }, (_, i) => `l${i}`), 3), [
    { key: "labels, 3 shown of 40", value: "l0; l1; l2", isUntrusted: true },
  ]);
  assertEquals(listed("labels", [], 3), []);
  assertEquals(listed("labels", ["\u200b"], 3), []);
  const [line] = listed("labels", ["a".repeat(300), "b"], 3);
  assertEquals(line?.value, `${"a".repeat(92)}… (+208); b`);
});

Deno.test("joinTitle() joins the parts that are there [source.shape]", () => {
  assertEquals(joinTitle(["push", undefined, "", "o/r@main"]), "push - o/r@main");
});
