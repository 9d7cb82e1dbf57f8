/**
 * A stand-in for the published `@std/http/cookie`: reads `Cookie`, writes `Set-Cookie`.
 *
 * Syntax: {@link https://www.rfc-editor.org/rfc/rfc6265.html#section-4.1.1}.
 *
 * @module
 */

/** A cookie and its attributes. Only the attributes that are present are written. */
export interface Cookie {
  /** Printable ASCII without separators. Nothing is written for an empty name. */
  name: string;
  /** Printable ASCII without space, quote, comma, semicolon and backslash. */
  value: string;
  /** A date, or milliseconds since 1970, of which `0` is not written. */
  expires?: Date | number;
  /** Seconds until it expires, at least 0; a number with a fraction is not written. */
  maxAge?: number;
  domain?: string;
  path?: string;
  secure?: boolean;
  httpOnly?: boolean;
  partitioned?: boolean;
  sameSite?: "Strict" | "Lax" | "None";
  /** More attributes, written as they are. */
  unparsed?: string[];
}

const NAME_REGEXP = /^[!#-'*+\-./0-9A-Z^_`a-z|~]+$/;
// U+0080 passes in the published module too.
const INVALID_IN_VALUE_REGEXP = /[^!#-+\--:<-[\]-~\x80]/;
const INVALID_IN_PATH_REGEXP = /[^ -:<-~]/;

function validateName(name: string): void {
  if (!NAME_REGEXP.test(name)) throw new SyntaxError(`Invalid cookie name: "${name}"`);
}

function validateValue(name: string, value: string): void {
  const [char] = INVALID_IN_VALUE_REGEXP.exec(value) ?? [];
  if (char === undefined) return;
  const code = char.charCodeAt(0);
  const problem = code < 0x80
    ? `cannot contain character '${char}'`
    : `can only have US-ASCII chars as value: It contains 0x${code.toString(16)}`;
  throw new SyntaxError(`RFC2616 cookie '${name}' ${problem}`);
}

function validateDomain(domain: string): void {
  if (/^-|[.-]$/.test(domain)) {
    throw new SyntaxError(`Invalid first/last char in cookie domain: ${domain}`);
  }
}

function validatePath(path: string): void {
  const [char] = INVALID_IN_PATH_REGEXP.exec(path) ?? [];
  if (char !== undefined) {
    throw new SyntaxError(`Cookie path "${path}" contains invalid character: "${char}"`);
  }
}

function validateMaxAge(maxAge: number): void {
  if (maxAge < 0) {
    throw new RangeError(`Cannot serialize cookie as Max-Age must be >= 0: received ${maxAge}`);
  }
}

/** Adds the attributes that the prefix of a name promises; browsers drop a cookie without them. */
function keepPrefixPromise(cookie: Cookie): Cookie {
  if (cookie.name.startsWith("__Host")) {
    const { domain: _, ...hostOnly } = cookie;
    return { ...hostOnly, path: "/", secure: true };
  }
  return cookie.name.startsWith("__Secure") ? { ...cookie, secure: true } : cookie;
}

function format(cookie: Cookie): string {
  const { name, value, maxAge, domain, path, sameSite, expires, unparsed, ...flags } =
    keepPrefixPromise(cookie);
  validateName(name);
  validateValue(name, value);
  const parts = [`${name}=${value}`];
  if (flags.secure) parts.push("Secure");
  if (flags.httpOnly) parts.push("HttpOnly");
  if (flags.partitioned) parts.push("Partitioned");
  if (maxAge !== undefined && Number.isInteger(maxAge)) {
    validateMaxAge(maxAge);
    parts.push(`Max-Age=${maxAge}`);
  }
  if (domain) {
    validateDomain(domain);
    parts.push(`Domain=${domain}`);
  }
  if (sameSite) parts.push(`SameSite=${sameSite}`);
  if (path) {
    validatePath(path);
    parts.push(`Path=${path}`);
  }
  if (expires) parts.push(`Expires=${new Date(expires).toUTCString()}`);
  if (unparsed) parts.push(unparsed.join("; "));
  return parts.join("; ");
}

/**
 * Reads the `Cookie` header into an object without a prototype. The last of several cookies with one
 * name counts.
 *
 * @throws {SyntaxError} when a cookie has no name, as in an empty header.
 */
export function getCookies(headers: Headers): Record<string, string> {
  const cookies: Record<string, string> = Object.create(null);
  for (const pair of headers.get("Cookie")?.split(";") ?? []) {
    const [name, ...value] = pair.split("=");
    if (!name) throw new SyntaxError("Cookie cannot start with '='");
    cookies[name.trim()] = value.join("=");
  }
  return cookies;
}

/**
 * Appends a `Set-Cookie` header. A name that starts with `__Secure` makes the cookie secure; one
 * that starts with `__Host` also gives it the path `/` and no domain.
 *
 * @throws {SyntaxError} when the name, the value, the domain or the path is invalid.
 * @throws {RangeError} when `maxAge` is negative.
 */
export function setCookie(headers: Headers, cookie: Cookie): void {
  if (cookie.name) headers.append("Set-Cookie", format(cookie));
}

/**
 * Appends a `Set-Cookie` header that makes the client forget a cookie.
 *
 * @param attributes The attributes with which it was set.
 * @throws {SyntaxError} when the name, the domain or the path is invalid.
 */
export function deleteCookie(
  headers: Headers,
  name: string,
  attributes?: Pick<
    Cookie,
    "path" | "domain" | "secure" | "httpOnly" | "partitioned"
  >,
): void {
  setCookie(headers, { name, value: "", expires: new Date(0), ...attributes });
}
