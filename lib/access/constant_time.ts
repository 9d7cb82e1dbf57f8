/**
 * Compares two texts in a time that depends on their lengths and not on where they differ, so that
 * nobody finds a secret, or a code, one character after the other.
 *
 * @param a One text.
 * @param b The other text.
 * @returns Whether they are the same.
 */
export function isEqualConstantTime(a: string, b: string): boolean {
  if (a.length !== b.length) return false;
  let difference = 0;
  for (let i = 0; i < a.length; i++) difference |= a.charCodeAt(i) ^ b.charCodeAt(i);
  return difference === 0;
}
