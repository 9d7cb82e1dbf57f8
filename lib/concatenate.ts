/**
 * Joins pieces of bytes.
 *
 * @param pieces The pieces; a single one is returned as it is.
 * @param byteLength How many bytes they are in all.
 */
export function concatenate(pieces: readonly Uint8Array[], byteLength: number): Uint8Array {
  const [first] = pieces;
  if (pieces.length === 1 && first !== undefined) return first;
  const whole = new Uint8Array(byteLength);
  let offset = 0;
  for (const piece of pieces) {
    whole.set(piece, offset);
    offset += piece.length;
  }
  return whole;
}
