/** A name that leads to a secret. */
export interface SecretReference {
  /** Where the secret is. */
  readonly type: "env" | "file";
  /** The name of the variable, or the path of the file. */
  readonly place: string;
}

const REFERENCE_REGEXP = /^(env|file):(.+)$/s;

/**
 * Reads what stands in place of a secret.
 *
 * @param text As it stands in the configuration.
 * @returns The reference, or `undefined` for the secret itself.
 */
export function tryParseSecretReference(text: string): SecretReference | undefined {
  const [, type, place = ""] = REFERENCE_REGEXP.exec(text) ?? [];
  return type === "env" || type === "file" ? { type, place } : undefined;
}

/** What may be shown of an entry of `secrets`: a reference as it is, and nothing of a secret. */
export function formatSecretReference(text: string): string {
  return tryParseSecretReference(text) === undefined ? "literal" : text;
}
