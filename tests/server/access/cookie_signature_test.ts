import { assert, assertEquals, assertMatch } from "@std/assert";
import { createCookieValue, readCookieHash } from "../../../server/access/cookie_signature.ts";
import { hashToken } from "../../../server/runtime/crypto.ts";

const KEY = "0a".repeat(32);

Deno.test("createCookieValue() makes another cookie each time, which readCookieHash() reads [access.cookie]", async () => {
  const [first, second] = [await createCookieValue(KEY), await createCookieValue(KEY)];
  assertMatch(first.value, /^[A-Za-z0-9_-]{43}\.[0-9a-f]{64}$/);
  assert(first.value !== second.value);
  for (const { value, sha256 } of [first, second]) {
    assertEquals(await readCookieHash(KEY, value), sha256);
    assertEquals(sha256, await hashToken(value.slice(0, 43)), "only the hash is kept");
  }
});

Deno.test("readCookieHash() finds nothing where one character is another [access.cookie]", async () => {
  const { value } = await createCookieValue(KEY);
  for (let index = 0; index < value.length; index++) {
    const other = value[index] === "0" ? "1" : "0";
    const forged = value.slice(0, index) + other + value.slice(index + 1);
    assertEquals(await readCookieHash(KEY, forged), undefined, `character ${index}`);
  }
});

Deno.test("readCookieHash() finds nothing by another key, and in what is no cookie [access.cookie]", async () => {
  const { value } = await createCookieValue(KEY);
  const [signInId = "", signature = ""] = value.split(".");
  for (const key of ["0b".repeat(32), KEY.toUpperCase(), KEY.slice(1), " "]) {
    assertEquals(await readCookieHash(key, value), undefined, key);
  }
  const malformed = [
    "",
    ".",
    signInId,
    `.${signature}`,
    `${signInId}.${signature.toUpperCase()}`,
    `${signInId}.${signature.slice(0, -2)}`,
    `${signInId}.${signature}00`,
    `${signInId}.${signature}.`,
    ` ${value}`,
    `${value}\n`,
  ];
  for (const value of malformed) {
    assertEquals(await readCookieHash(KEY, value), undefined, JSON.stringify(value));
  }
});
