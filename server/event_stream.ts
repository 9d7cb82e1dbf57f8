/**
 * The event stream: every outbound message to everybody who listens at `GET /events`.
 *
 * A message is encoded once and its bytes are handed to all listeners. Each listener has a bounded
 * queue; one that does not read is cut off instead of waited for. A comment goes out every 15 s, so
 * that proxies keep the stream open and dead connections are noticed.
 *
 * @module
 */

import {
  type ServerSentEventMessage,
  ServerSentEventStream,
} from "@std/http/server-sent-event-stream";

/** Options of an {@linkcode EventStream}. */
export interface EventStreamOptions {
  /**
   * How many streams there may be.
   *
   * @default {256}
   */
  readonly maxStreams?: number;
  /**
   * How much may wait for one listener, in bytes.
   *
   * @default {1_048_576}
   */
  readonly maxQueuedBytes?: number;
  /**
   * The time between two comments, in milliseconds.
   *
   * @default {15_000}
   */
  readonly heartbeatMs?: number;
}

type Listener = ReadableStreamDefaultController<Uint8Array>;

const CONNECTED = new TextEncoder().encode(": connected\n\n");

/**
 * A leading space on each line: the published encoder writes none after the colon, readers drop one,
 * and people who watch with curl are used to it.
 */
function spaced(text: string): string {
  return text.split(/\r\n|\r|\n/).map((line) => ` ${line}`).join("\n");
}

/** Fans messages out to listeners. */
export class EventStream {
  readonly #maxStreams: number;
  readonly #maxQueuedBytes: number;
  readonly #heartbeatMs: number;
  readonly #listeners = new Set<Listener>();
  #encoder: WritableStreamDefaultWriter<ServerSentEventMessage> | undefined;
  #heartbeat: ReturnType<typeof setInterval> | undefined;
  #closing: Promise<void> | undefined;

  /** Constructs a new instance. */
  constructor(options: EventStreamOptions = {}) {
    this.#maxStreams = options.maxStreams ?? 256;
    this.#maxQueuedBytes = options.maxQueuedBytes ?? 1024 * 1024;
    this.#heartbeatMs = options.heartbeatMs ?? 15_000;
  }

  /** How many listeners there are. */
  get size(): number {
    return this.#listeners.size;
  }

  /**
   * Adds a listener.
   *
   * @returns The bytes of the stream, or `undefined` when there are too many or it is closed.
   */
  listen(): ReadableStream<Uint8Array> | undefined {
    if (this.#closing !== undefined || this.#listeners.size >= this.#maxStreams) return undefined;
    let listener: Listener;
    return new ReadableStream<Uint8Array>({
      start: (controller) => {
        listener = controller;
        controller.enqueue(CONNECTED);
        this.#listeners.add(controller);
        this.#heartbeat ??= setInterval(
          () => this.#send({ comment: " heartbeat" }),
          this.#heartbeatMs,
        );
      },
      cancel: () => this.#remove(listener),
    }, new ByteLengthQueuingStrategy({ highWaterMark: this.#maxQueuedBytes }));
  }

  /** Sends a text to all listeners, one `data:` line per line. */
  broadcast(text: string): void {
    this.#send({ data: spaced(text) });
  }

  /** Ends all streams after what was broadcast before. Safe to call twice. */
  close(): Promise<void> {
    return this.#closing ??= this.#close();
  }

  async #close(): Promise<void> {
    await this.#encoder?.close();
    for (const listener of [...this.#listeners]) {
      this.#remove(listener);
      listener.close();
    }
  }

  #send(message: ServerSentEventMessage): void {
    if (this.#closing !== undefined || this.#listeners.size === 0) return;
    if (this.#encoder === undefined) {
      const { readable, writable } = new ServerSentEventStream();
      this.#encoder = writable.getWriter();
      this.#fanOut(readable);
    }
    this.#encoder.write(message);
  }

  async #fanOut(chunks: ReadableStream<Uint8Array>): Promise<void> {
    for await (const chunk of chunks) {
      for (const listener of this.#listeners) {
        if ((listener.desiredSize ?? 0) > 0) {
          listener.enqueue(chunk);
        } else {
          this.#remove(listener);
          listener.error(new Error("The reader is too slow"));
        }
      }
    }
  }

  #remove(listener: Listener): void {
    this.#listeners.delete(listener);
    if (this.#listeners.size === 0) {
      clearInterval(this.#heartbeat);
      this.#heartbeat = undefined;
    }
  }
}
