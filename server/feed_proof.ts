/**
 * The proofs of a feed: both sides show that they know the secret of the state folder, and neither
 * says it, since whoever has taken the port could be listening.
 *
 * @module
 */

const ENCODER = new TextEncoder();

/** Which side of a feed gives a proof; one side's proof is none of the other's. */
export type FeedSide = "owner" | "session";

/** 32 random bytes in hexadecimal, as a secret or a nonce. */
export function createNonce(): string {
  return crypto.getRandomValues(new Uint8Array(32)).toHex();
}

function importKey(secret: string): Promise<CryptoKey> {
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  return crypto.subtle.importKey("raw", ENCODER.encode(secret), algorithm, false, [
    "sign",
    "verify",
  ]);
}

function toMessage(side: FeedSide, nonce: string): Uint8Array<ArrayBuffer> {
  return ENCODER.encode(`deno-channel feed ${side} ${nonce}`);
}

/** Proves to the other side, who chose the nonce, that this side knows the secret. */
export async function prove(secret: string, side: FeedSide, nonce: string): Promise<string> {
  const proof = await crypto.subtle.sign("HMAC", await importKey(secret), toMessage(side, nonce));
  return new Uint8Array(proof).toHex();
}

/** Whether a proof shows that the other side knows the secret; compared in constant time. */
export async function isProven(
  secret: string,
  side: FeedSide,
  nonce: string,
  proof: string,
): Promise<boolean> {
  const key = await importKey(secret);
  return await crypto.subtle.verify("HMAC", key, Uint8Array.fromHex(proof), toMessage(side, nonce));
}
