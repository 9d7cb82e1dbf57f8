import type { SchemeKind } from "../proof/scheme.ts";

/** Kinds whose secrets say that signatures are made with them. */
const SIGNING_KINDS: ReadonlySet<SchemeKind> = new Set(["gitlab", "standard"]);

/**
 * Makes a secret for a source: hexadecimal digits, or `whsec_` and base64 for kinds that sign as
 * Standard Webhooks does. For GitLab that decides that its deliveries are signed.
 *
 * @param kind The kind of the source.
 * @param randomBytes 32 random bytes.
 */
export function formatNewSecret(kind: SchemeKind, randomBytes: Uint8Array): string {
  return SIGNING_KINDS.has(kind) ? `whsec_${randomBytes.toBase64()}` : randomBytes.toHex();
}
