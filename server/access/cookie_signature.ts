/**
 * The signature of the page's cookie: who has no key cannot make one, and is told so before anything
 * is looked up.
 *
 * @module
 */

import { formatCookieValue, tryParseCookieValue } from "../../lib/access/session_cookie.ts";
import { hashToken, isSigned, signText } from "../runtime/crypto.ts";

function toMessage(signInId: string): string {
  return `deno-channel cookie ${signInId}`;
}

/** A new cookie: its value, and the SHA-256 by which its sign-in is found. */
export async function createCookieValue(
  key: string,
): Promise<{ readonly value: string; readonly sha256: string }> {
  const bytes = crypto.getRandomValues(new Uint8Array(32));
  const signInId = bytes.toBase64({ alphabet: "base64url", omitPadding: true });
  const signature = await signText(key, toMessage(signInId));
  return { value: formatCookieValue({ signInId, signature }), sha256: await hashToken(signInId) };
}

/** The SHA-256 by which the sign-in of a cookie is found; `undefined` when the key is another. */
export async function readCookieHash(key: string, value: string): Promise<string | undefined> {
  const cookie = tryParseCookieValue(value);
  if (cookie === undefined) return undefined;
  const { signInId, signature } = cookie;
  return await isSigned(key, toMessage(signInId), signature)
    ? await hashToken(signInId)
    : undefined;
}
