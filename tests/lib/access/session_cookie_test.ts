import { assertEquals } from "@std/assert";
import { COOKIE_NAME, tryParseSignInId } from "../../../lib/access/session_cookie.ts";
import { show } from "../_texts.ts";

const ID = "aB0-_".repeat(9).slice(2);
const SIGNATURE = "0123456789abcdef".repeat(4);

Deno.test("tryParseSignInId() reads an id, also before the signature of older versions [access.cookie]", () => {
  assertEquals(COOKIE_NAME, "deno_channel");
  assertEquals(tryParseSignInId(ID), ID);
  assertEquals(tryParseSignInId(`${ID}.${SIGNATURE}`), ID);
});

Deno.test("tryParseSignInId() takes no other text [access.cookie]", () => {
  const values = [
    "",
    ".",
    SIGNATURE,
    ID.slice(1),
    `${ID}a`,
    ` ${ID}`,
    `${ID}\n`,
    `"${ID}"`,
    `${ID.slice(1)}=`,
    `${ID.slice(1)}+`,
    `${ID}${SIGNATURE}`,
    `${ID}.`,
    `.${SIGNATURE}`,
    `${ID}.${SIGNATURE}0`,
    `${ID}.${SIGNATURE.slice(1)}`,
    `${ID}.${SIGNATURE.toUpperCase()}`,
    `${ID}..${SIGNATURE}`,
    `${ID}.${SIGNATURE}.`,
    `${ID}.${SIGNATURE}\n`,
  ];
  for (const value of values) assertEquals(tryParseSignInId(value), undefined, show(value));
});
