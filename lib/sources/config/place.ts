/** Segments that need no escape in a URL; none is empty, `.` or `..`. */
const PATH_REGEXP = /^(?:\/(?!\.{1,2}(?:\/|$))[A-Za-z0-9._~-]+)+$/;

/** Paths that the server answers itself, with all that is below them. */
const RESERVED_REGEXP = /^\/(?:events|healthz|feed|pair|session|api[^/]*)(?:\/|$)/i;

const MAX_PATH_LENGTH = 128;

/**
 * Checks the path of a source.
 *
 * @returns An expectation, or `undefined` for a path that a source can have.
 */
export function findSourcePathFault(path: string): string | undefined {
  if (path.length > MAX_PATH_LENGTH) return `expected at most ${MAX_PATH_LENGTH} characters`;
  if (!PATH_REGEXP.test(path)) {
    return 'expected a path such as "/github": letters, digits and "._~-" after each "/"';
  }
  if (RESERVED_REGEXP.test(path)) {
    return 'expected a path that the server does not use itself, such as "/hooks/github"';
  }
  return undefined;
}

/** The form of a source's name, for messages. */
export const SOURCE_NAME_EXPECTATION = '1 to 32 of "a-z0-9_-", a letter first';

export function isSourceName(text: string): boolean {
  return /^[a-z][a-z0-9_-]{0,31}$/.test(text);
}
