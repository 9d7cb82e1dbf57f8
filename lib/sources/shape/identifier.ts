const IDENTIFIER_REGEXP = /^[A-Za-z0-9._/@:#+-]{1,100}$/;

/**
 * Accepts a text that may stand where no free text may, such as in an attribute or in a title: 1 to
 * 100 of `A-Z a-z 0-9 . _ / @ : # + -`. Even so a name can read like an order, so branches, tags
 * and labels stay out of titles.
 */
export function tryIdentifier(text: string | undefined): string | undefined {
  return text !== undefined && IDENTIFIER_REGEXP.test(text) ? text : undefined;
}
