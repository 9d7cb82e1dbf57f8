/**
 * Gathers bytes that come in pieces.
 *
 * The first piece is kept as it is, since it is usually the only one; with the second one, all are
 * copied into one array that grows. Keeping the pieces would let a sender of single bytes fill the
 * memory: a runtime may hand over a few bytes in a buffer of 64 KiB.
 */
export class ByteBuffer {
  readonly #maxBytes: number;
  #bytes: Uint8Array | undefined;
  #length = 0;

  /** @param maxBytes The most bytes that come; the array grows no further unless they are more. */
  constructor(maxBytes = Infinity) {
    this.#maxBytes = maxBytes;
  }

  get length(): number {
    return this.#length;
  }

  /** Adds bytes, which the caller must not overwrite before they are taken. */
  append(piece: Uint8Array): void {
    const length = this.#length + piece.length;
    if (this.#bytes === undefined) {
      this.#bytes = piece;
    } else {
      if (length > this.#bytes.length) {
        const grown = new Uint8Array(
          Math.max(length, Math.min(2 * this.#bytes.length, this.#maxBytes)),
        );
        grown.set(this.#bytes.subarray(0, this.#length));
        this.#bytes = grown;
      }
      this.#bytes.set(piece, this.#length);
    }
    this.#length = length;
  }

  /** Returns all bytes and begins anew. */
  take(): Uint8Array {
    const bytes = this.#bytes ?? new Uint8Array(0);
    const length = this.#length;
    this.clear();
    return bytes.length === length ? bytes : bytes.subarray(0, length);
  }

  clear(): void {
    this.#bytes = undefined;
    this.#length = 0;
  }
}
