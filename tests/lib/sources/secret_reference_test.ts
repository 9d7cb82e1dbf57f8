import { assertEquals } from "@std/assert";
import {
  formatSecretReference,
  tryParseSecretReference,
} from "../../../lib/sources/secret_reference.ts";

Deno.test("tryParseSecretReference() tells a reference from a secret [source.secrets]", () => {
  assertEquals(tryParseSecretReference("env:NAME"), { type: "env", place: "NAME" });
  assertEquals(tryParseSecretReference("file:/a b:c"), { type: "file", place: "/a b:c" });
  for (const secret of ["", "env:", "file:", "ENV:NAME", " env:NAME", "whsec_AQID", "user:pass"]) {
    assertEquals(tryParseSecretReference(secret), undefined, secret);
  }
});

Deno.test("formatSecretReference() shows where a secret is and never a secret [source.secrets]", () => {
  assertEquals(
    ["env:NAME", "file:/run/secret", "hunter2hunter2", "env:"].map(formatSecretReference),
    ["env:NAME", "file:/run/secret", "literal", "literal"],
  );
});
