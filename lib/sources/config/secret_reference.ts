import type { ProviderSetup } from "../provider.ts";

interface SecretReference {
  readonly type: "env" | "file";
  /** The name of the variable, or the path of the file. */
  readonly place: string;
}

const REFERENCE_REGEXP = /^(env|file):(.+)$/s;

const ENV_REGEXP = /^env:[A-Za-z_][A-Za-z0-9_]*$/;
// deno-lint-ignore no-control-regex -- no name of a file has them
const FILE_REGEXP = /^file:(?:\/|[A-Za-z]:[\\/])[^\0-\x1f]+$/;

/**
 * Reads a reference to a secret.
 *
 * @returns The reference, or `undefined` for the secret itself.
 */
export function tryParseSecretReference(text: string): SecretReference | undefined {
  const [, type, place = ""] = REFERENCE_REGEXP.exec(text) ?? [];
  return type === "env" || type === "file" ? { type, place } : undefined;
}

/**
 * Finds the fault of a reference.
 *
 * @returns An expectation, or `undefined` for a valid reference and for the secret itself.
 */
export function findReferenceFault(text: string): string | undefined {
  if (text.startsWith("env:") && !ENV_REGEXP.test(text)) {
    return 'expected the name of a variable, such as "env:GITHUB_WEBHOOK_SECRET"';
  }
  if (text.startsWith("file:") && !FILE_REGEXP.test(text)) {
    return 'expected an absolute path, such as "file:/run/secrets/github"';
  }
  return undefined;
}

/** Formats an entry of `secrets` for display: a reference as it is, and nothing of a secret. */
export function formatSecretReference(text: string): string {
  return tryParseSecretReference(text) === undefined ? "literal" : text;
}

/**
 * Makes a secret for a source. For GitLab its form decides that deliveries are signed.
 *
 * @param form Hexadecimal digits, or base64 after `whsec_` as Standard Webhooks has it.
 * @param randomBytes 32 random bytes.
 */
export function formatNewSecret(
  form: ProviderSetup["secretForm"],
  randomBytes: Uint8Array,
): string {
  return form === "whsec" ? `whsec_${randomBytes.toBase64()}` : randomBytes.toHex();
}
