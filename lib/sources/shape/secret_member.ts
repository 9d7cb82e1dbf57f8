import { isSecretKey } from "./redact.ts";

/** Keys of names that stand beside their value: variables, headers, tags, fields. */
const NAME_KEYS: readonly string[] = ["key", "name", "Key", "Name"];

const VALUE_KEYS: ReadonlySet<string> = new Set(["value", "Value"]);

function isSecretName(name: unknown): boolean {
  return typeof name === "string" && isSecretKey(name);
}

/**
 * Tells that a member of an object or a list is never shown, by any name that it has: its own, as
 * in `{"token": …}`; the one beside it, as in `{"key": "DB_PASSWORD", "value": …}`, the way GitLab
 * sends variables; or the one before it, as in `["Cookie", …]`, the way Sentry sends headers.
 *
 * @param name The name of the member, or its index in digits.
 */
export function isSecretMember(owner: object, name: string): boolean {
  if (Array.isArray(owner)) {
    const isPair = owner.length === 2 && typeof owner[1] === "string";
    return name === "1" && isPair && isSecretName(owner[0]);
  }
  if (isSecretKey(name)) return true;
  return VALUE_KEYS.has(name) &&
    NAME_KEYS.some((key) =>
      Object.hasOwn(owner, key) && isSecretName(owner[key as keyof typeof owner])
    );
}
