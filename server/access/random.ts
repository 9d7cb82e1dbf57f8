/** Creates random bytes. */
export function createRandomBytes(length: number): Uint8Array<ArrayBuffer> {
  return crypto.getRandomValues(new Uint8Array(length));
}

/** Creates a random id in base64url. */
export function createRandomId(byteCount: number): string {
  return createRandomBytes(byteCount).toBase64({ alphabet: "base64url", omitPadding: true });
}
