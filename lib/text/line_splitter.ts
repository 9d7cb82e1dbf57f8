import { ByteBuffer } from "./byte_buffer.ts";

/** A line, or the length of one that was too long. */
export type SplitLine =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly byteLength: number };

const NEWLINE = 0x0a;

/**
 * Splits a stream of bytes into lines of UTF-8 text.
 *
 * A line that is too long is dropped while it comes in, so that it takes no more memory than allowed,
 * and reported when it ends; the lines after it are read as usual.
 */
export class LineSplitter {
  readonly #maxBytes: number;
  readonly #decoder = new TextDecoder();
  readonly #buffer = new ByteBuffer();
  #byteLength = 0;

  /**
   * Creates a splitter.
   *
   * @param maxBytes The longest line in bytes, its newline not included.
   */
  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /**
   * Takes the next bytes.
   *
   * @param chunk The bytes; the caller may overwrite them afterwards.
   * @returns The lines that ended in them, empty ones left out.
   */
  push(chunk: Uint8Array): SplitLine[] {
    const lines: SplitLine[] = [];
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, start)) {
      this.#append(chunk.subarray(start, end));
      const line = this.#take();
      if (line !== undefined) lines.push(line);
      start = end + 1;
    }
    const rest = chunk.subarray(start);
    // A line that is too long already is dropped without a copy.
    this.#append(this.#byteLength + rest.length > this.#maxBytes ? rest : rest.slice());
    return lines;
  }

  #append(piece: Uint8Array): void {
    if (piece.length === 0) return;
    this.#byteLength += piece.length;
    if (this.#byteLength > this.#maxBytes) this.#buffer.clear();
    else this.#buffer.append(piece);
  }

  #take(): SplitLine | undefined {
    const byteLength = this.#byteLength;
    this.#byteLength = 0;
    const text = this.#decoder.decode(this.#buffer.take());
    if (byteLength > this.#maxBytes) return { ok: false, byteLength };
    return text.trim() === "" ? undefined : { ok: true, text };
  }
}
