import type { Scheme } from "./scheme.ts";

const BASE64_REGEXP = /^[A-Za-z0-9+/]+={0,2}$/;

/**
 * Decodes base64 in the alphabet with `+` and `/`, or returns `undefined`. Padding may be missing.
 *
 * `Uint8Array.fromBase64()` alone accepts white space, and throws.
 */
export function tryDecodeBytes(text: string): Uint8Array<ArrayBuffer> | undefined {
  if (!BASE64_REGEXP.test(text)) return undefined;
  try {
    return Uint8Array.fromBase64(text);
  } catch {
    return undefined;
  }
}

type SecretKeyResult =
  | { readonly ok: true; readonly key: Uint8Array<ArrayBuffer> }
  | { readonly ok: false; readonly message: string };

const SIGNING_PREFIX = "whsec_";

const PUBLIC_KEY_REGEXP = /^[0-9a-f]{64}$/i;
/** Text that every sender's header carries unchanged: visible ASCII, single spaces within. */
const TOKEN_REGEXP = /^[!-~]+(?: [!-~]+)*$/;

function tryDecodeSigningSecret(secret: string): Uint8Array<ArrayBuffer> | undefined {
  const text = secret.startsWith(SIGNING_PREFIX) ? secret.slice(SIGNING_PREFIX.length) : secret;
  return tryDecodeBytes(text);
}

/**
 * Reads the key of a secret: the key of an HMAC, a public key, or the bytes that a token must
 * equal.
 *
 * @param secret The secret as it is configured; messages never repeat it.
 */
export function tryReadSecretKey(
  { proof }: Pick<Scheme, "proof">,
  secret: string,
): SecretKeyResult {
  const fail = (expected: string): SecretKeyResult => ({
    ok: false,
    message: `Cannot use a secret: expected ${expected}`,
  });
  if (secret.trim() === "") return fail("a secret that is not empty");
  const asText: SecretKeyResult = { ok: true, key: new TextEncoder().encode(secret) };
  if (proof.type === "hmac") {
    if (proof.key === "text") return asText;
    const key = tryDecodeSigningSecret(secret);
    return key === undefined ? fail(`base64 after "${SIGNING_PREFIX}"`) : { ok: true, key };
  }
  if (proof.type === "ed25519") {
    return PUBLIC_KEY_REGEXP.test(secret)
      ? { ok: true, key: Uint8Array.fromHex(secret) }
      : fail("the public key in 64 hexadecimal digits");
  }
  if (proof.forms.includes("basic") && secret.includes(":")) return asText;
  if (proof.forms.every((form) => form === "basic")) return fail(`"user:password"`);
  // A token with ", " looks like a header that came twice.
  return TOKEN_REGEXP.test(secret) && !secret.includes(", ")
    ? asText
    : fail(`letters, digits and signs that a header carries, without ", "`);
}
