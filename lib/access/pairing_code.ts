/**
 * Pairing codes such as `K7MWQ2`: short, because a person reads them on one screen and types them at
 * another. Six of 30 characters are 29 bits; few tries and a short life do the rest.
 *
 * @module
 */

/** Digits and letters without those that look alike: no 0, O, 1, I, L and no U. */
export const PAIRING_CODE_ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ";

const PAIRING_CODE_LENGTH = 6;

const PAIRING_CODE_REGEXP = /^[2-9A-HJKMNP-TV-Z]{6}$/;

/** The first byte that is not used: it would make the first characters likelier than others. */
const FIRST_BIASED_BYTE = 256 - 256 % PAIRING_CODE_ALPHABET.length;

/**
 * Creates a pairing code.
 *
 * @param randomBytes Random bytes, of which 1 in 16 is unusable: 32 are enough in practice.
 * @throws {RangeError} When the bytes run out before the code is complete.
 */
export function createPairingCode(randomBytes: Uint8Array): string {
  const bytes = randomBytes.filter((byte) => byte < FIRST_BIASED_BYTE);
  if (bytes.length < PAIRING_CODE_LENGTH) {
    throw new RangeError(
      `Cannot create a pairing code: expected ${PAIRING_CODE_LENGTH} random bytes below ${FIRST_BIASED_BYTE}, received ${bytes.length}`,
    );
  }
  return Array.from(
    bytes.subarray(0, PAIRING_CODE_LENGTH),
    (byte) => PAIRING_CODE_ALPHABET[byte % PAIRING_CODE_ALPHABET.length],
  ).join("");
}

/** Brings a code as people type it (` k7m-wq2 `) into the form in which it was created. */
export function normalizePairingCode(text: string): string {
  return text.replace(/[\s-]/g, "").toUpperCase();
}

/** Tells whether a text is a pairing code in the form in which it was created. */
export function isPairingCode(text: string): boolean {
  return PAIRING_CODE_REGEXP.test(text);
}
