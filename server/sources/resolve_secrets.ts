/**
 * Reads the secrets of a source from where its configuration says they are.
 *
 * @module
 */

import { tryParseSecretReference } from "../../lib/sources/config/secret_reference.ts";
import type { SourceEntry } from "../../lib/sources/config/entry.ts";

type SecretsResult =
  | { readonly ok: true; readonly secrets: readonly string[] }
  | { readonly ok: false; readonly message: string };

type SecretResult =
  | { readonly ok: true; readonly secret: string }
  | { readonly ok: false; readonly reason: string };

/** A larger file holds no secret. */
const MAX_FILE_BYTES = 64 * 1024;

function missingPermission(flag: string): SecretResult {
  return { ok: false, reason: `Deno was started without ${flag}` };
}

function readVariable(variable: string): SecretResult {
  const { state } = Deno.permissions.querySync({ name: "env", variable });
  if (state !== "granted") return missingPermission(`--allow-env=${variable}`);
  const secret = Deno.env.get(variable);
  return secret === undefined
    ? { ok: false, reason: "the variable is not set" }
    : { ok: true, secret };
}

function describeReadFailure(error: unknown): string {
  if (error instanceof Deno.errors.NotFound) return "there is no such file";
  if (error instanceof Deno.errors.PermissionDenied) {
    return "its permissions do not allow reading it";
  }
  return error instanceof TypeError ? "expected text in UTF-8" : (error as Error).name;
}

function readFile(path: string): SecretResult {
  const { state } = Deno.permissions.querySync({ name: "read", path });
  if (state !== "granted") return missingPermission(`--allow-read=${path}`);
  try {
    // Reading a pipe or a device would wait, or never end.
    const { isFile, size } = Deno.statSync(path);
    if (!isFile || size > MAX_FILE_BYTES) {
      return { ok: false, reason: `expected a file of at most ${MAX_FILE_BYTES} bytes` };
    }
    const text = new TextDecoder("utf-8", { fatal: true }).decode(Deno.readFileSync(path));
    const [line = ""] = text.split(/\r\n?|\n/, 1);
    return { ok: true, secret: line.trimEnd() };
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) return missingPermission(`--allow-read=${path}`);
    return { ok: false, reason: describeReadFailure(error) };
  }
}

function resolveSecret(text: string): SecretResult {
  const reference = tryParseSecretReference(text);
  if (reference === undefined) return { ok: true, secret: text };
  const { type, place } = reference;
  return type === "env" ? readVariable(place) : readFile(place);
}

/**
 * Reads the secrets of a source: `env:NAME` from a variable, `file:/path` from the first line of a
 * file without white space at its end; anything else is the secret itself.
 *
 * @returns The secrets in the order of the configuration, none of them empty; or a message about the
 * first reference that leads to none, which never quotes the text that was found there.
 */
export function resolveSecrets({ secrets }: Pick<SourceEntry, "secrets">): SecretsResult {
  const resolved: string[] = [];
  for (const text of secrets) {
    const isReference = tryParseSecretReference(text) !== undefined;
    const name = isReference ? `"${text}"` : "that stands in the configuration";
    const result = resolveSecret(text);
    if (!result.ok) {
      return { ok: false, message: `Cannot read the secret ${name}: ${result.reason}` };
    }
    if (result.secret.trim() === "") {
      const message = `Cannot use the secret ${name}: expected one that is not empty`;
      return { ok: false, message };
    }
    resolved.push(result.secret);
  }
  return { ok: true, secrets: resolved };
}
