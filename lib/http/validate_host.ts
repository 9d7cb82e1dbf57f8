/** The result of {@linkcode validateHost} and {@linkcode validateOrigin}. */
export type Validation =
  | { readonly ok: true }
  | { readonly ok: false; readonly code: string; readonly message: string };

/** The result for a request that may go on. */
export const VALID: Validation = Object.freeze({ ok: true });

/** The names of a listener on loopback. */
export const LOOPBACK_HOSTNAMES: readonly string[] = ["localhost", "127.0.0.1", "[::1]"];

/** `name`, `name:port`, `[ipv6]` or `[ipv6]:port`; user info, paths and lists do not match. */
const HOST_REGEXP = /^(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::(\d{1,5}))?$/i;

/**
 * Validates the `Host` header, which stops DNS rebinding: a page of `evil.example` that makes its name
 * point to 127.0.0.1 still sends `Host: evil.example`.
 *
 * The port is not compared, since a forwarded port has another number.
 *
 * @param host The header's value, `null` when there is none.
 * @param allowedHostnames Lower-case names without port; IPv6 addresses in brackets.
 * @returns A success, or the reason of the refusal.
 *
 * @example Usage
 * ```ts
 * import { validateHost } from "@deno-channel/deno-channel";
 * import { assert, assertFalse } from "@std/assert";
 *
 * assert(validateHost("localhost:8788").ok);
 * assertFalse(validateHost("localhost.evil.example").ok);
 * ```
 */
export function validateHost(
  host: string | null,
  allowedHostnames: readonly string[] = LOOPBACK_HOSTNAMES,
): Validation {
  if (host === null || host === "") {
    return { ok: false, code: "host_missing", message: "the Host header is missing" };
  }
  const match = HOST_REGEXP.exec(host);
  if (match === null || Number(match[2] ?? 0) > 65535) {
    return { ok: false, code: "host_malformed", message: "the Host header is malformed" };
  }
  if (!allowedHostnames.includes((match[1] ?? "").toLowerCase())) {
    return {
      ok: false,
      code: "host_foreign",
      message: `the Host header names another host: expected ${allowedHostnames.join(", ")}`,
    };
  }
  return VALID;
}
