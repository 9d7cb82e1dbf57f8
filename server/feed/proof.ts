/**
 * The proofs of a feed: both sides show that they know the secret of the state folder. Neither sends it,
 * because the owner of the port may be a stranger.
 *
 * @module
 */

import { isSigned, signText } from "../runtime/crypto.ts";

/** The side that gives a proof; an attacker cannot return one side's proof as its own. */
type FeedSide = "owner" | "session";

/** Creates a secret or a nonce: 32 random bytes in hexadecimal. */
export function createNonce(): string {
  return crypto.getRandomValues(new Uint8Array(32)).toHex();
}

function toMessage(side: FeedSide, nonce: string): string {
  return `deno-channel feed ${side} ${nonce}`;
}

/** Proves to the other side, who chose the nonce, that this side knows the secret. */
export function prove(secret: string, side: FeedSide, nonce: string): Promise<string> {
  return signText(secret, toMessage(side, nonce));
}

/** Returns whether a proof shows that the other side knows the secret; compares in constant time. */
export function isProven(
  secret: string,
  side: FeedSide,
  nonce: string,
  proof: string,
): Promise<boolean> {
  return isSigned(secret, toMessage(side, nonce), proof);
}
