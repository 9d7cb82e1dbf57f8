import { assertEquals } from "@std/assert";
import { trySeverity } from "../../../../lib/sources/shape/severity.ts";

Deno.test("trySeverity() knows the words of most systems in any case [source.shape]", () => {
  const cases: [string | undefined, string | undefined][] = [
    ["critical", "critical"],
    ["FATAL", "critical"],
    ["Failed", "error"],
    ["warn", "warning"],
    ["moderate", "warning"],
    ["notice", "info"],
    ["resolved", "info"],
    ["in_progress", undefined],
    ["constructor", undefined],
    ["", undefined],
    [undefined, undefined],
  ];
  for (const [word, severity] of cases) assertEquals(trySeverity(word), severity, word);
});
