import { VALID, type Validation } from "./validate_host.ts";

/** The headers that tell the site of a request: a browser sets them, and a page cannot. */
export interface OriginHeaders {
  /** The value of `Origin`, `null` when there is none. */
  readonly origin: string | null;
  /** The value of `Sec-Fetch-Site`, `null` when there is none. */
  readonly secFetchSite: string | null;
  /** The value of `Host`, already validated. */
  readonly host: string;
}

/**
 * Validates the site of a request: programs that are no browser, the address bar, and pages of this
 * very server pass.
 *
 * A page on another port of this machine is `same-site` to the browser and still foreign here.
 *
 * @param headers The headers of the request.
 * @returns A success, or the reason of the refusal.
 *
 * @example Usage
 * ```ts
 * import { validateOrigin } from "@deno-channel/deno-channel";
 * import { assert, assertFalse } from "@std/assert";
 *
 * const host = "localhost:8788";
 * assert(validateOrigin({ host, origin: null, secFetchSite: null }).ok);
 * assertFalse(validateOrigin({ host, origin: "null", secFetchSite: null }).ok);
 * ```
 */
export function validateOrigin(headers: OriginHeaders): Validation {
  const { origin, secFetchSite, host } = headers;
  if (origin !== null) {
    const own = host.toLowerCase();
    if (origin !== `http://${own}` && origin !== `https://${own}`) {
      return { ok: false, code: "origin_foreign", message: "the Origin header names another site" };
    }
  }
  if (secFetchSite !== null && secFetchSite !== "same-origin" && secFetchSite !== "none") {
    return { ok: false, code: "site_foreign", message: "the request comes from another site" };
  }
  return VALID;
}
