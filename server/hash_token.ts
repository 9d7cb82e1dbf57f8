/**
 * Hashes a token, a sign-in id or a pairing id, which are kept as their hash only.
 *
 * @param token The text that whoever has it shows.
 * @returns Its SHA-256 in 64 lower-case hexadecimal digits.
 */
export async function hashToken(token: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(token));
  return new Uint8Array(digest).toHex();
}
