import { assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  COOKIE_NAME,
  formatCookieValue,
  tryParseCookieValue,
} from "../../../lib/access/session_cookie.ts";
import { show } from "../_texts.ts";

const ID = "aB0-_".repeat(9).slice(2);
const SIGNATURE = "0123456789abcdef".repeat(4);

Deno.test("tryParseCookieValue() reads what formatCookieValue() writes [access.cookie]", () => {
  assertEquals(COOKIE_NAME, "deno_channel");
  const cookie = { signInId: ID, signature: SIGNATURE };
  assertEquals(formatCookieValue(cookie), `${ID}.${SIGNATURE}`);
  const signInId = fc.stringMatching(/^[A-Za-z0-9_-]{43}$/);
  const signature = fc.stringMatching(/^[0-9a-f]{64}$/);
  fc.assert(fc.property(signInId, signature, (signInId, signature) => {
    const cookie = { signInId, signature };
    assertEquals(tryParseCookieValue(formatCookieValue(cookie)), cookie);
  }));
});

Deno.test("tryParseCookieValue() takes no other text [access.cookie]", () => {
  const values = [
    "",
    ".",
    ID,
    SIGNATURE,
    `${ID}${SIGNATURE}`,
    `${ID}.`,
    `.${SIGNATURE}`,
    `${ID}.${SIGNATURE}0`,
    `${ID}.${SIGNATURE.slice(1)}`,
    `${ID}a.${SIGNATURE}`,
    `${ID.slice(1)}.${SIGNATURE}`,
    `${ID}.${SIGNATURE.toUpperCase()}`,
    `${ID}..${SIGNATURE}`,
    `${ID}.${SIGNATURE}.`,
    `${ID}.${SIGNATURE}\n`,
    ` ${ID}.${SIGNATURE}`,
    `"${ID}.${SIGNATURE}"`,
    `${ID.slice(1)}=.${SIGNATURE}`,
    `${ID.slice(1)}+.${SIGNATURE}`,
  ];
  for (const value of values) assertEquals(tryParseCookieValue(value), undefined, show(value));
});
