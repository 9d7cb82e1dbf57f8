/**
 * The proofs of a feed: both sides show that they know the secret of the state folder. Neither sends it,
 * because the owner of the port may be a stranger.
 *
 * @module
 */

import { isSigned, signText } from "../runtime/crypto.ts";

/** The statement that a proof signs. */
interface Statement {
  /** The side that gives the proof; an attacker cannot return one side's proof as its own. */
  readonly side: "owner" | "session";
  /** The address of the owner; a stranger cannot pass on the proof of an owner at another port. */
  readonly address: string;
  /** The nonce of the other side. */
  readonly nonce: string;
}

/** Creates a secret or a nonce: 32 random bytes in hexadecimal. */
export function createNonce(): string {
  return crypto.getRandomValues(new Uint8Array(32)).toHex();
}

function toMessage({ side, address, nonce }: Statement): string {
  return `deno-channel feed ${side} at ${address} ${nonce}`;
}

/** Proves to the other side that this side knows the secret. */
export function prove(secret: string, statement: Statement): Promise<string> {
  return signText(secret, toMessage(statement));
}

/** Returns whether a proof shows that the other side knows the secret; compares in constant time. */
export function isProven(secret: string, statement: Statement, proof: string): Promise<boolean> {
  return isSigned(secret, toMessage(statement), proof);
}
