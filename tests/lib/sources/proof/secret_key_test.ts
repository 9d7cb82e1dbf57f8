import { assert, assertEquals, assertFalse } from "@std/assert";
import fc from "fast-check";
import { createTokenProof } from "../../../../lib/sources/proof/create_proof.ts";
import type { Scheme } from "../../../../lib/sources/proof/scheme.ts";
import { SCHEMES } from "../../../_schemes.ts";
import { tryReadSecretKey } from "../../../../lib/sources/proof/secret_key.ts";
import { hostileText, show } from "../../_texts.ts";

const BASIC: Scheme = {
  ...SCHEMES.alertmanager,
  proof: createTokenProof("authorization", { forms: ["basic"] }),
};

function hexOf(scheme: Scheme, secret: string): string {
  const read = tryReadSecretKey(scheme, secret);
  return read.ok ? read.key.toHex() : read.message;
}

Deno.test("tryReadSecretKey() makes the key of the secret as its scheme has it [source.verify]", () => {
  const cases: [Scheme, string, string][] = [
    [SCHEMES.github, "ké", "6bc3a9"],
    [SCHEMES.github, " k ", "206b20"],
    [SCHEMES.stripe, "whsec_AQID", "77687365635f41514944"],
    [SCHEMES.standard, "whsec_AQID", "010203"],
    [SCHEMES.standard, "AQID", "010203"],
    [SCHEMES.standard, "whsec_AQI=", "0102"],
    [SCHEMES.standard, "whsec_AQI", "0102"],
    [SCHEMES.discord, "0A".repeat(32), "0a".repeat(32)],
    [SCHEMES.gitlab, "a token", "6120746f6b656e"],
    [SCHEMES.alertmanager, "token", "746f6b656e"],
    [SCHEMES.alertmanager, "é:ß", "c3a93ac39f"],
    [BASIC, "a:b, c", "613a622c2063"],
  ];
  for (const [scheme, secret, hex] of cases) assertEquals(hexOf(scheme, secret), hex, secret);
});

Deno.test("tryReadSecretKey() refuses a secret that is empty or proves nothing [source.verify]", () => {
  for (const scheme of Object.values(SCHEMES)) {
    const empty = "Cannot use a secret: expected a secret that is not empty";
    for (const secret of ["", " ", "\n", "\u3000"]) assertEquals(hexOf(scheme, secret), empty);
  }
  const cases: [Scheme, string, string][] = [
    [SCHEMES.standard, "whsec_", 'base64 after "whsec_"'],
    [SCHEMES.standard, "whsec_A", 'base64 after "whsec_"'],
    [SCHEMES.standard, "whsec_AQ ID", 'base64 after "whsec_"'],
    [SCHEMES.standard, "whsec_AQ-_", 'base64 after "whsec_"'],
    [SCHEMES.standard, "whsec_AQID\n", 'base64 after "whsec_"'],
    [SCHEMES.discord, "0a".repeat(31), "the public key in 64 hexadecimal digits"],
    [SCHEMES.discord, "0g".repeat(32), "the public key in 64 hexadecimal digits"],
    [BASIC, "password", '"user:password"'],
    ...[" a", "é:b", "a:b, c", "a ", "a\n", "a\u0000b", "é", "a, b", "a  b"].map((
      secret,
    ): [Scheme, string, string] => [
      SCHEMES.telegram,
      secret,
      'letters, digits and signs that a header carries, without ", "',
    ]),
  ];
  for (const [scheme, secret, expected] of cases) {
    const message = `Cannot use a secret: expected ${expected}`;
    assertEquals(hexOf(scheme, secret), message, show(secret));
  }
});

Deno.test("tryReadSecretKey() never throws, gives an empty key or repeats the secret [source.verify]", () => {
  const schemes = fc.constantFrom(...Object.values(SCHEMES), BASIC);
  const secret = fc.oneof(hostileText, fc.base64String().map((text) => `whsec_${text}`));
  fc.assert(fc.property(schemes, secret, (scheme, secret) => {
    const read = tryReadSecretKey(scheme, secret);
    if (read.ok) assert(read.key.length > 0);
    else if (secret.trim().length > 12) assertFalse(read.message.includes(secret));
  }));
});
