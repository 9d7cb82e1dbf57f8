/**
 * The tokens by which senders prove who they are: `dct_` and 256 random bits. The prefix lets people,
 * and programs that look for secrets in files, see what it is.
 *
 * @module
 */

const TOKEN_BYTES = 32;
const TOKEN_REGEXP = /^dct_[A-Za-z0-9_-]{43}$/;

/** `Bearer` and a `token68` of RFC 9110, section 11.2; lists and parameters do not match. */
const BEARER_REGEXP = /^Bearer ([A-Za-z0-9._~+\/-]+=*)$/i;

/**
 * Spells a token.
 *
 * @param randomBytes 32 random bytes.
 * @returns `dct_` and 43 characters of base64url.
 * @throws {RangeError} When it is another number of bytes.
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
 * Reads the token of an `Authorization` header.
 *
 * @param header The header's value, `null` when there is none.
 * @returns The token, of whatever form; `undefined` for another scheme and for what is malformed.
 */
export function tryReadBearer(header: string | null): string | undefined {
  return header === null ? undefined : BEARER_REGEXP.exec(header)?.[1];
}
