import { assertEquals, assertMatch } from "@std/assert";
import { hashToken } from "../../../server/runtime/crypto.ts";

Deno.test("hashToken() gives the SHA-256 in lower-case hexadecimal digits [access.token]", async () => {
  // The second message of the examples of FIPS 180-4.
  assertEquals(
    await hashToken("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
    "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
  );
  assertMatch(await hashToken(""), /^[0-9a-f]{64}$/);
});
