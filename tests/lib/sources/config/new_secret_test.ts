import { assert, assertEquals } from "@std/assert";
import { formatNewSecret } from "../../../../lib/sources/config/new_secret.ts";
import { SCHEME_KINDS } from "../../../../lib/sources/proof/scheme.ts";
import { tryReadSecretKey } from "../../../../lib/sources/proof/secret_key.ts";
import { selectScheme } from "../../../../lib/sources/config/select_scheme.ts";

const BYTES = Uint8Array.from({ length: 32 }, (_, i) => i);

Deno.test("formatNewSecret() makes a secret of the form that its kind takes [source.secrets]", () => {
  assertEquals(formatNewSecret("github", BYTES), BYTES.toHex());
  const signing = `whsec_${BYTES.toBase64()}`;
  assertEquals(["standard", "gitlab"].map((kind) => formatNewSecret(kind as "gitlab", BYTES)), [
    signing,
    signing,
  ]);
});

Deno.test("formatNewSecret() makes a secret that each kind can use [source.secrets]", () => {
  for (const kind of SCHEME_KINDS) {
    const secret = formatNewSecret(kind, BYTES);
    const signature = kind === "generic" ? { algorithm: "bearer" } as const : undefined;
    const selected = selectScheme({ kind, signature }, [secret]);
    assert(selected.ok, kind);
    assert(tryReadSecretKey(selected.scheme, secret).ok, kind);
  }
});
