const ENCODER = new TextEncoder();

function importKey(secret: string): Promise<CryptoKey> {
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  return crypto.subtle.importKey("raw", ENCODER.encode(secret), algorithm, false, [
    "sign",
    "verify",
  ]);
}

/** Signs a message by HMAC-SHA256; returns hexadecimal digits. */
export async function signText(secret: string, message: string): Promise<string> {
  const key = await importKey(secret);
  return new Uint8Array(await crypto.subtle.sign("HMAC", key, ENCODER.encode(message))).toHex();
}

/** Verifies the signature of a message, in hexadecimal digits, in constant time. */
export async function isSigned(
  secret: string,
  message: string,
  signature: string,
): Promise<boolean> {
  const key = await importKey(secret);
  return await crypto.subtle.verify(
    "HMAC",
    key,
    Uint8Array.fromHex(signature),
    ENCODER.encode(message),
  );
}

/** Hashes bytes by SHA-256; returns 64 lower-case hexadecimal digits. */
export async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
}

/** Hashes a token, a sign-in id or a pairing id by SHA-256: only their hashes are kept. */
export function hashToken(token: string): Promise<string> {
  return sha256(new TextEncoder().encode(token));
}
