import { sha256 } from "./sha256.ts";

/**
 * Hashes a token, a sign-in id or a pairing id, which are kept as their hash only.
 *
 * @param token The text that whoever has it shows.
 * @returns Its SHA-256 in 64 lower-case hexadecimal digits.
 */
export function hashToken(token: string): Promise<string> {
  return sha256(new TextEncoder().encode(token));
}
