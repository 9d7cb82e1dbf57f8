import { assert, assertEquals } from "@std/assert";
import {
  findReferenceFault,
  formatNewSecret,
  formatSecretReference,
  tryParseSecretReference,
} from "../../../../lib/sources/config/secret_reference.ts";
import { PROVIDER_NAMES, PROVIDERS } from "../../../../lib/sources/providers/kinds.ts";
import { tryReadSecretKey } from "../../../../lib/sources/proof/secret_key.ts";
import { selectScheme } from "../../../../lib/sources/config/select_scheme.ts";

Deno.test("tryParseSecretReference() tells a reference from a secret [source.secrets]", () => {
  assertEquals(tryParseSecretReference("env:NAME"), { type: "env", place: "NAME" });
  assertEquals(tryParseSecretReference("file:/a b:c"), { type: "file", place: "/a b:c" });
  for (const secret of ["", "env:", "file:", "ENV:NAME", " env:NAME", "whsec_AQID", "user:pass"]) {
    assertEquals(tryParseSecretReference(secret), undefined, secret);
  }
});

Deno.test("findReferenceFault() tells a reference that leads nowhere [source.secrets]", () => {
  for (const text of ["env:NAME", "env:_a1", "file:/a b", "file:C:\\a", "hunter2", ""]) {
    assertEquals(findReferenceFault(text), undefined, text);
  }
  for (const text of ["env:", "env:A-B", "env:1A", "env:A=B"]) {
    assertEquals(
      findReferenceFault(text),
      'expected the name of a variable, such as "env:GITHUB_WEBHOOK_SECRET"',
      text,
    );
  }
  for (const text of ["file:", "file:rel", "file:~/secret", "file:/a\n"]) {
    assertEquals(
      findReferenceFault(text),
      'expected an absolute path, such as "file:/run/secrets/github"',
      text,
    );
  }
});

Deno.test("formatSecretReference() shows where a secret is and never a secret [source.secrets]", () => {
  assertEquals(
    ["env:NAME", "file:/run/secret", "hunter2hunter2", "env:"].map(formatSecretReference),
    ["env:NAME", "file:/run/secret", "literal", "literal"],
  );
});

const BYTES = Uint8Array.from({ length: 32 }, (_, i) => i);

Deno.test("formatNewSecret() makes a secret of the form that is asked for [source.secrets]", () => {
  assertEquals(formatNewSecret("hex", BYTES), BYTES.toHex());
  assertEquals(formatNewSecret(undefined, BYTES), BYTES.toHex());
  assertEquals(formatNewSecret("whsec", BYTES), `whsec_${BYTES.toBase64()}`);
});

Deno.test("formatNewSecret() makes a secret that each provider can use [source.secrets]", () => {
  for (const kind of PROVIDER_NAMES) {
    const secret = formatNewSecret(PROVIDERS[kind].setup.secretForm, BYTES);
    const signature = kind === "generic" ? { algorithm: "bearer" } as const : undefined;
    const selected = selectScheme({ kind, signature }, [secret]);
    assert(selected.ok, kind);
    assert(tryReadSecretKey(selected.scheme, secret).ok, kind);
  }
});
