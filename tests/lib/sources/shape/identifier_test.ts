import { assertEquals } from "@std/assert";
import { tryIdentifier } from "../../../../lib/sources/shape/identifier.ts";

Deno.test("tryIdentifier() takes what cannot be a sentence or markup [source.untrusted]", () => {
  const identifiers = ["octo-org/octo.repo", "v1.2.3+build", "#42", "user@host:8080", "a_b"];
  for (const text of identifiers) assertEquals(tryIdentifier(text), text);
  assertEquals(tryIdentifier("a".repeat(100))?.length, 100);
  for (const text of ["", "two words", "a\nb", "<b>", 'a"', "é", "dependabot[bot]", "a\u200b"]) {
    assertEquals(tryIdentifier(text), undefined, text);
  }
  assertEquals(tryIdentifier("a".repeat(101)), undefined);
  assertEquals(tryIdentifier(undefined), undefined);
});
