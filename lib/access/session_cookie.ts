/**
 * The cookie of the page: the id of a sign-in and a signature over it, so that a made-up id is
 * refused before anything is looked up.
 *
 * @module
 */

/** The name of the cookie. */
export const COOKIE_NAME = "deno_channel";

/** What the cookie carries. */
export interface SessionCookie {
  /** The id of the sign-in: 32 random bytes as 43 characters of base64url. */
  readonly signInId: string;
  /** The HMAC-SHA256 of the id: 64 lower-case hexadecimal digits. */
  readonly signature: string;
}

const VALUE_REGEXP = /^([A-Za-z0-9_-]{43})\.([0-9a-f]{64})$/;

/** Spells the value of the cookie: `<signInId>.<signature>`. */
export function formatCookieValue({ signInId, signature }: SessionCookie): string {
  return `${signInId}.${signature}`;
}

/** Reads the value of the cookie; `undefined` for a text that has not its form. */
export function tryParseCookieValue(text: string): SessionCookie | undefined {
  const [, signInId, signature] = VALUE_REGEXP.exec(text) ?? [];
  if (signInId === undefined || signature === undefined) return undefined;
  return { signInId, signature };
}
