import { distance } from "fastest-levenshtein";

/** The longest name that is compared, in UTF-16 units; comparing takes the product of both lengths. */
const MAX_NAME_LENGTH = 64;

/** Counts the letters to insert, leave out, replace or swap with the next; one swap counts as one. */
function editDistance(a: string, b: string): number {
  const swaps = Array.from(
    { length: Math.max(0, a.length - 1) },
    (_, i) => 1 + distance(`${a.slice(0, i)}${a[i + 1]}${a[i]}${a.slice(i + 2)}`, b),
  );
  return Math.min(distance(a, b), ...swaps);
}

/**
 * Finds the name that was probably meant, without regard to case.
 *
 * @returns The nearest known name, the first of equally near ones, or `undefined` when more than a third
 * of the letters (one of up to five) would have to change.
 */
export function findNearest(name: string, known: Iterable<string>): string | undefined {
  if (name.length > MAX_NAME_LENGTH) return undefined;
  let nearest: string | undefined;
  let limit = Math.max(1, Math.floor(name.length / 3)) + 1;
  for (const candidate of known) {
    if (candidate.length > MAX_NAME_LENGTH) continue;
    const distance = editDistance(name.toLowerCase(), candidate.toLowerCase());
    if (distance < limit) {
      limit = distance;
      nearest = candidate;
    }
  }
  return nearest;
}
