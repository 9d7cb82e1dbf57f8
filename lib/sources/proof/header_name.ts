const HEADER_NAME_REGEXP = /^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}$/;

/**
 * The name of a header in lower case, or `undefined` for a text that is no name of a header.
 *
 * Source of the rule: RFC 9110, section 5.1 (token).
 */
export function tryHeaderName(text: string): string | undefined {
  return HEADER_NAME_REGEXP.test(text) ? text.toLowerCase() : undefined;
}
