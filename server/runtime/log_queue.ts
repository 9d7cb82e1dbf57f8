import { waitAtMost } from "./delay.ts";

interface LogQueueOptions {
  /** Writes the first bytes at least, and returns their number; by default to stderr. */
  readonly write?: (bytes: Uint8Array) => Promise<number>;
  /**
   * The size of the queue, in bytes; lines beyond it are dropped.
   *
   * @default {65_536}
   */
  readonly maxQueuedBytes?: number;
  /**
   * The time that the last lines have to leave at the end, in milliseconds.
   *
   * @default {100}
   */
  readonly lingerMs?: number;
}

const ENCODER = new TextEncoder();

/**
 * The lines of a log on their way to stderr. One write is under way at a time; lines that do not fit are
 * dropped and counted, and a line at the end of the queue tells their number. A reader that is stuck
 * would freeze the process otherwise.
 */
export class LogQueue {
  readonly #write: (bytes: Uint8Array) => Promise<number>;
  readonly #maxQueuedBytes: number;
  readonly #lingerMs: number;
  readonly #lines: Uint8Array[] = [];
  #queuedBytes = 0;
  #dropped = 0;
  #writing: Promise<void> | undefined;

  constructor(options: LogQueueOptions = {}) {
    const { write = (bytes) => Deno.stderr.write(bytes), maxQueuedBytes = 64 * 1024 } = options;
    this.#write = write;
    this.#maxQueuedBytes = maxQueuedBytes;
    this.#lingerMs = options.lingerMs ?? 100;
  }

  /** Queues a line, or drops it when the queue is full. */
  push(line: Uint8Array): void {
    if (this.#queuedBytes + line.length > this.#maxQueuedBytes) this.#dropped++;
    else this.#add(line);
  }

  /** Waits a limited time until all lines are written. */
  async flush(): Promise<void> {
    if (this.#writing !== undefined) await waitAtMost(this.#lingerMs, this.#writing);
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
        // The reader of stderr is gone; the session goes on without it.
      }
      this.#queuedBytes -= line.length;
      // A slow reader would fill the queue with nothing else if the count came earlier.
      if (this.#lines.length === 0) this.#tellDropped();
    }
    this.#writing = undefined;
  }

  #tellDropped(): void {
    if (this.#dropped === 0) return;
    const lines = this.#dropped === 1 ? "1 line" : `${this.#dropped} lines`;
    this.#dropped = 0;
    this.#add(ENCODER.encode(`deno-channel: warning: Dropped ${lines}: the log was not read\n`));
  }
}
