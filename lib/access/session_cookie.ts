/** The name of the page's cookie. Its value is the id of a sign-in, which is kept as a hash only. */
export const COOKIE_NAME = "deno_channel";

/** 32 random bytes in base64url. Cookies of older versions end in a signature, which is ignored. */
const VALUE_REGEXP = /^([A-Za-z0-9_-]{43})(?:\.[0-9a-f]{64})?$/;

/** Reads the id of a sign-in from the value of the cookie; `undefined` for any other text. */
export function tryParseSignInId(value: string): string | undefined {
  return VALUE_REGEXP.exec(value)?.[1];
}
