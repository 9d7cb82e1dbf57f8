const BASE64_REGEXP = /^[A-Za-z0-9+/]+={0,2}$/;

/**
 * Decodes base64 in the alphabet with `+` and `/`, or returns `undefined`. Padding may be left out.
 *
 * `Uint8Array.fromBase64()` alone would let white space pass, and throws.
 */
export function tryDecodeBytes(text: string): Uint8Array<ArrayBuffer> | undefined {
  if (!BASE64_REGEXP.test(text)) return undefined;
  try {
    return Uint8Array.fromBase64(text);
  } catch {
    return undefined;
  }
}
