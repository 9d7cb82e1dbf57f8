import { assert, assertEquals, assertFalse, assertThrows } from "@std/assert";
import fc from "fast-check";
import { formatAccessToken, isAccessToken, tryReadBearer } from "../../../lib/access/token.ts";
import { hostileText, show } from "../_texts.ts";

const BYTES = fc.uint8Array({ minLength: 32, maxLength: 32 });

Deno.test("formatAccessToken() spells all 256 bits [access.token]", () => {
  assertEquals(formatAccessToken(new Uint8Array(32)), `dct_${"A".repeat(43)}`);
  assertEquals(formatAccessToken(new Uint8Array(32).fill(255)), `dct_${"_".repeat(42)}8`);
  fc.assert(fc.property(BYTES, (bytes) => {
    const token = formatAccessToken(bytes);
    assert(isAccessToken(token), token);
    assertEquals(Uint8Array.fromBase64(token.slice(4), { alphabet: "base64url" }), bytes);
  }));
});

Deno.test("formatAccessToken() throws unless there are 32 bytes [access.token]", () => {
  for (const length of [0, 16, 31, 33, 64]) {
    assertThrows(
      () => formatAccessToken(new Uint8Array(length)),
      RangeError,
      `expected 32 random bytes, received ${length}`,
    );
  }
});

Deno.test("isAccessToken() takes nothing that only looks like a token [access.token]", () => {
  const rest = "aB0-_".repeat(9).slice(2);
  assert(isAccessToken(`dct_${rest}`));
  const refused = [
    "",
    "dct_",
    rest,
    `DCT_${rest}`,
    `dct-${rest}`,
    `dct_${rest.slice(1)}`,
    `dct_${rest}a`,
    ` dct_${rest}`,
    `dct_${rest}\n`,
    `dct_${rest.slice(1)}+`,
    `dct_${rest.slice(1)}=`,
    `dct_${rest.slice(1)}é`,
  ];
  for (const text of refused) assertFalse(isAccessToken(text), show(text));
});

Deno.test("tryReadBearer() reads the token of the scheme Bearer [access.token]", () => {
  const token = formatAccessToken(new Uint8Array(32).fill(7));
  const cases: [string, string][] = [
    [`Bearer ${token}`, token],
    [`bearer ${token}`, token],
    [`BEARER ${token}`, token],
    ["Bearer a", "a"],
    ["Bearer a-._~+/9==", "a-._~+/9=="],
  ];
  for (const [header, expected] of cases) assertEquals(tryReadBearer(header), expected, header);
});

Deno.test("tryReadBearer() reads nothing else [access.token]", () => {
  const headers = [
    null,
    "",
    "Bearer",
    "Bearer ",
    "Bearer  a",
    "Bearer\ta",
    " Bearer a",
    "Bearer a ",
    "Bearer a\n",
    "Bearer a b",
    "Bearer a,b",
    "Bearer a, Bearer b",
    'Bearer token="a"',
    "Bearer =",
    "Bearer a=b",
    "Bearer é",
    "Bearer a\0",
    "Bearerx a",
    "Basic a",
    "a",
  ];
  for (const header of headers) assertEquals(tryReadBearer(header), undefined, show(header));
  fc.assert(fc.property(hostileText, (text) => {
    const token = tryReadBearer(`Bearer ${text}`);
    assertEquals(token, token === undefined ? undefined : text);
  }));
});
