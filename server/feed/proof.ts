/**
 * The proofs of a feed: both sides show that they know the secret of the state folder, and neither
 * says it, since whoever has taken the port could be listening.
 *
 * @module
 */

import { isSigned, signText } from "../runtime/crypto.ts";

/** Which side of a feed gives a proof; one side's proof is none of the other's. */
export type FeedSide = "owner" | "session";

/** 32 random bytes in hexadecimal, as a secret or a nonce. */
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

/** Whether a proof shows that the other side knows the secret; compared in constant time. */
export function isProven(
  secret: string,
  side: FeedSide,
  nonce: string,
  proof: string,
): Promise<boolean> {
  return isSigned(secret, toMessage(side, nonce), proof);
}
