/**
 * The tokens of senders: `dct_` and 256 random bits. The prefix shows people, and programs that search
 * files for secrets, what it is.
 *
 * @module
 */

const TOKEN_BYTES = 32;
const TOKEN_REGEXP = /^dct_[A-Za-z0-9_-]{43}$/;

/** `Bearer` and a `token68` of RFC 9110, section 11.2; lists and parameters do not match. */
const BEARER_REGEXP = /^Bearer ([A-Za-z0-9._~+\/-]+=*)$/i;

/**
 * Formats a token.
 *
 * @param randomBytes 32 random bytes.
 * @returns `dct_` and 43 characters of base64url.
 * @throws {RangeError} When the number of bytes is another.
 */
export function formatAccessToken(randomBytes: Uint8Array): string {
  if (randomBytes.length !== TOKEN_BYTES) {
    throw new RangeError(
      `Cannot create a token: expected ${TOKEN_BYTES} random bytes, received ${randomBytes.length}`,
    );
  }
  return `dct_${randomBytes.toBase64({ alphabet: "base64url", omitPadding: true })}`;
}

/** Tells whether a text has the form of a token. */
export function isAccessToken(text: string): boolean {
  return TOKEN_REGEXP.test(text);
}

/**
 * Reads the token of an `Authorization` header; `undefined` for another scheme and for malformed ones.
 *
 * @param header The header's value, `null` when there is none.
 */
export function tryReadBearer(header: string | null): string | undefined {
  return header === null ? undefined : BEARER_REGEXP.exec(header)?.[1];
}
