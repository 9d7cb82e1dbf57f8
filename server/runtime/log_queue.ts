/** Options of a {@linkcode LogQueue}. */
export interface LogQueueOptions {
  /** Writes the first bytes at least, and returns how many; by default to stderr. */
  readonly write?: (bytes: Uint8Array) => Promise<number>;
  /**
   * How much may wait to be written before lines are dropped, in bytes.
   *
   * @default {65_536}
   */
  readonly maxQueuedBytes?: number;
  /**
   * How long the last lines may take to leave at the end, in milliseconds.
   *
   * @default {100}
   */
  readonly lingerMs?: number;
}

const ENCODER = new TextEncoder();

/**
 * The lines of a log on their way to stderr: whoever does not read them freezes nothing. One write is
 * under way at a time, and what does not fit is dropped and counted, which is told at the end of those
 * that did.
 */
export class LogQueue {
  readonly #write: (bytes: Uint8Array) => Promise<number>;
  readonly #maxQueuedBytes: number;
  readonly #lingerMs: number;
  readonly #lines: Uint8Array[] = [];
  #queuedBytes = 0;
  #dropped = 0;
  #writing: Promise<void> | undefined;

  /** Constructs a new instance. */
  constructor(options: LogQueueOptions = {}) {
    const { write = (bytes) => Deno.stderr.write(bytes), maxQueuedBytes = 64 * 1024 } = options;
    this.#write = write;
    this.#maxQueuedBytes = maxQueuedBytes;
    this.#lingerMs = options.lingerMs ?? 100;
  }

  /** Queues a line, or drops it when too much waits. */
  push(line: Uint8Array): void {
    if (this.#queuedBytes + line.length > this.#maxQueuedBytes) this.#dropped++;
    else this.#add(line);
  }

  /** Waits until all is written, or until the time for that is over. */
  async flush(): Promise<void> {
    if (this.#writing === undefined) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, this.#lingerMs);
    await Promise.race([this.#writing, promise]);
    clearTimeout(timer);
  }

  #add(line: Uint8Array): void {
    this.#lines.push(line);
    this.#queuedBytes += line.length;
    this.#writing ??= this.#writeAll();
  }

  async #writeAll(): Promise<void> {
    await null;
    for (let line; (line = this.#lines.shift()) !== undefined;) {
      try {
        for (let rest = line; rest.length > 0;) rest = rest.subarray(await this.#write(rest));
      } catch {
        // Nobody reads stderr any more; that must not take the session down.
      }
      this.#queuedBytes -= line.length;
      // Not before: where the reader is slow, the queue would be full of nothing else.
      if (this.#lines.length === 0) this.#tellDropped();
    }
    this.#writing = undefined;
  }

  #tellDropped(): void {
    if (this.#dropped === 0) return;
    const lines = this.#dropped === 1 ? "1 line" : `${this.#dropped} lines`;
    this.#dropped = 0;
    this.#add(ENCODER.encode(`deno-channel: warning: Dropped ${lines}: nobody read the log\n`));
  }
}
