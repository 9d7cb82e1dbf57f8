/**
 * Compares two texts in a time that depends on their lengths only. A time that depends on the place of
 * the first difference would let an attacker find a secret one character after the other.
 */
export function isEqualConstantTime(a: string, b: string): boolean {
  if (a.length !== b.length) return false;
  let difference = 0;
  for (let i = 0; i < a.length; i++) difference |= a.charCodeAt(i) ^ b.charCodeAt(i);
  return difference === 0;
}
