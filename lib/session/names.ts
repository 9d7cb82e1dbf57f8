/** The longest name of a session or a repository, in UTF-16 units. */
export const MAX_NAME_LENGTH = 255;

const REPOSITORY_REGEXP = /^[A-Za-z0-9._-]+(?:\/[A-Za-z0-9._-]+){1,8}$/;

/** Returns whether a text can name a session. */
export function isSessionName(text: string): boolean {
  return text.trim() !== "" && text.length <= MAX_NAME_LENGTH;
}

/** Returns whether a text can name a repository: `owner/name`, or `group/subgroup/name`. */
export function isRepositoryName(text: string): boolean {
  return text.length <= MAX_NAME_LENGTH && REPOSITORY_REGEXP.test(text);
}
