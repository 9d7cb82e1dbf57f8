/** Counts the code points of `text`; a surrogate pair is one, a lone surrogate is one. */
export function countCodePoints(text: string): number {
  let count = text.length;
  for (let i = 0; i < text.length - 1; i++) {
    const isPair = (text.charCodeAt(i) & 0xfc00) === 0xd800 &&
      (text.charCodeAt(i + 1) & 0xfc00) === 0xdc00;
    if (isPair) {
      count--;
      i++;
    }
  }
  return count;
}

/** Finds the index in UTF-16 units at which the first `codePoints` code points of `text` end. */
function unitIndex(text: string, codePoints: number): number {
  let index = 0;
  for (let left = codePoints; left > 0 && index < text.length; left--) {
    index += (text.codePointAt(index) ?? 0) > 0xffff ? 2 : 1;
  }
  return index;
}

/**
 * Cuts `text` to at most `maxCodePoints` code points, the marker included, which counts what was left
 * out: `abcdefgh…` becomes `abc… (+97)`. Cutting twice gives the same text as cutting once.
 *
 * @param maxCodePoints The longest result in code points, at least 16.
 * @returns `text` itself when it is short enough.
 * @throws {RangeError} When the limit is no whole number or below 16, which leaves no room for the marker.
 */
export function truncate(text: string, maxCodePoints: number): string {
  if (!(Number.isInteger(maxCodePoints) && maxCodePoints >= 16)) {
    throw new RangeError(
      `Cannot truncate text: expected a whole limit of at least 16 code points, received ${maxCodePoints}`,
    );
  }
  if (text.length <= maxCodePoints) return text;
  const total = countCodePoints(text);
  if (total <= maxCodePoints) return text;
  // The marker's own length depends on the count in it; the total bounds that length.
  const room = maxCodePoints - `… (+${total})`.length;
  return `${text.slice(0, unitIndex(text, room))}… (+${total - room})`;
}

/** Splits `text` into pieces of at most `maxCodePoints` code points. */
export function splitByCodePoints(text: string, maxCodePoints: number): string[] {
  const pieces: string[] = [];
  let rest = text;
  while (rest.length > maxCodePoints) {
    const end = unitIndex(rest, maxCodePoints);
    pieces.push(rest.slice(0, end));
    rest = rest.slice(end);
  }
  if (rest !== "" || pieces.length === 0) pieces.push(rest);
  return pieces;
}
