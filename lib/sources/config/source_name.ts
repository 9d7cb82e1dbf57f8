/** What the name of a source looks like, for messages. */
export const SOURCE_NAME_EXPECTATION = '1 to 32 of "a-z0-9_-", a letter first';

/** Whether a text can name a source. */
export function isSourceName(text: string): boolean {
  return /^[a-z][a-z0-9_-]{0,31}$/.test(text);
}
