/**
 * The event stream: fans outbound messages out to the listeners at `GET /events`.
 *
 * Messages come from the journal. A listener that names the last message it has read first gets what
 * came after it, page by page as it reads, and then joins the others: no gap, no repetition. For
 * those, each message is encoded once per format, and only for a format that has a listener. A
 * listener that has caught up and does not read is cut off once its bounded queue is full. A comment
 * every 15 s keeps proxies from closing the stream and reveals dead connections.
 *
 * @module
 */

import {
  type ServerSentEventMessage,
  ServerSentEventStream,
} from "@std/http/server-sent-event-stream";
import {
  type Audience,
  isFor,
  type OutboundMessage,
  type StreamFormat,
  toStreamMessage,
} from "../../lib/event/outbound.ts";

/** The journal's messages. Their numbers only rise, even when a new journal replaces the old one. */
interface OutboundSource {
  /** The number of the newest message, or 0. */
  lastId(): number;
  /** The messages after one, the oldest first. */
  after(id: number, limit: number): OutboundMessage[];
}

/** Options of an {@linkcode EventStream}. */
export interface EventStreamOptions<Caller extends Audience> {
  readonly source: OutboundSource;
  /**
   * Checks a listener again; returns what it may see now, or nothing when it may no longer listen.
   * By default nothing changes.
   */
  readonly review?: (caller: Caller) => Caller | undefined;
  /** @default {256} */
  readonly maxStreams?: number;
  /** @default {8} */
  readonly maxStreamsPerSender?: number;
  /**
   * The bytes that may wait for one listener.
   *
   * @default {1_048_576}
   */
  readonly maxQueuedBytes?: number;
  /** @default {15_000} */
  readonly heartbeatMs?: number;
  /** @default {500} */
  readonly reviewMs?: number;
}

interface ListenOptions<Caller extends Audience> {
  readonly caller: Caller;
  readonly format: StreamFormat;
  /** The number of the last message it has read; by default it gets what is said from now on. */
  readonly after?: number | undefined;
}

type Bytes = Uint8Array;

interface Listener<Caller extends Audience> {
  caller: Caller;
  readonly controller: ReadableStreamDefaultController<Bytes>;
  readonly format: StreamFormat;
  /** The number of the last message that it needs no more. */
  lastId: number;
  /** `true` once it has caught up and gets new messages with the others. */
  isLive: boolean;
}

const CONNECTED = new TextEncoder().encode(": connected\n\n");

/** The number of messages read from the journal at a time. */
const PAGE = 100;

/** Returns whether a listener that has caught up still needs a message. */
function isDue(
  message: OutboundMessage,
  { isLive, lastId, caller }: Listener<Audience>,
): boolean {
  return isLive && lastId < message.id && isFor(message, caller);
}

/** Turns messages into bytes, one by one and in order. */
class Encoder {
  readonly #stream = new ServerSentEventStream();
  readonly #writer = this.#stream.writable.getWriter();
  readonly #reader = this.#stream.readable.getReader();

  async encode(message: ServerSentEventMessage): Promise<Bytes> {
    const writing = this.#writer.write(message);
    const { value } = await this.#reader.read();
    await writing;
    return value ?? new Uint8Array();
  }
}

/** The reason why a caller gets no stream. */
type StreamRefusal = "closed" | "too many streams" | "too many streams of this sender";

/** Fans messages out to listeners. */
export class EventStream<Caller extends Audience> {
  readonly #options: EventStreamOptions<Caller>;
  readonly #source: OutboundSource;
  readonly #maxQueuedBytes: number;
  readonly #listeners = new Set<Listener<Caller>>();
  #encoder: Encoder | undefined;
  /** The number of the last message that was read for the listeners; means nothing without one. */
  #lastId = 0;
  /** Ends when all that was said before has been sent. */
  #pumping = Promise.resolve();
  #timers: readonly ReturnType<typeof setInterval>[] = [];
  #closing: Promise<void> | undefined;

  constructor(options: EventStreamOptions<Caller>) {
    this.#options = options;
    this.#source = options.source;
    this.#maxQueuedBytes = options.maxQueuedBytes ?? 1024 * 1024;
  }

  /** The number of listeners. */
  get size(): number {
    return this.#listeners.size;
  }

  /**
   * Adds a listener.
   *
   * @returns The bytes of the stream, or why there are none.
   */
  listen(options: ListenOptions<Caller>): ReadableStream<Bytes> | StreamRefusal {
    const { caller, format, after } = options;
    const { maxStreams = 256, maxStreamsPerSender = 8 } = this.#options;
    if (this.#closing !== undefined) return "closed";
    if (this.size >= maxStreams) return "too many streams";
    if (this.#countOf(caller) >= maxStreamsPerSender) return "too many streams of this sender";
    const newest = this.#source.lastId();
    if (this.size === 0) this.#begin(newest);
    const lastId = Math.min(after ?? newest, newest);
    let listener: Listener<Caller>;
    return new ReadableStream<Bytes>({
      start: (controller) => {
        listener = { caller, controller, format, lastId, isLive: lastId === newest };
        this.#listeners.add(listener);
        controller.enqueue(CONNECTED);
      },
      pull: () => listener.isLive ? undefined : this.#catchUp(listener),
      cancel: () => this.#remove(listener),
    }, new ByteLengthQueuingStrategy({ highWaterMark: this.#maxQueuedBytes }));
  }

  /** Checks all listeners again and ends the streams of those that may no longer listen. */
  review(): void {
    const { review = (caller) => caller } = this.#options;
    for (const listener of this.#listeners) {
      const caller = review(listener.caller);
      if (caller === undefined) this.#end(listener);
      else listener.caller = caller;
    }
  }

  /** Sends what the journal has since the last time. */
  pump(): void {
    if (this.#listeners.size > 0) this.#pumping = this.#fanOutNew(this.#pumping);
  }

  /** Ends all streams after what was said before. Safe to call twice. */
  close(): Promise<void> {
    return this.#closing ??= this.#pumping.then(() => {
      for (const listener of this.#listeners) this.#end(listener);
    });
  }

  async #fanOutNew(before: Promise<void>): Promise<void> {
    await before;
    try {
      for (let isFull = true; isFull && this.#listeners.size > 0;) {
        const messages = this.#source.after(this.#lastId, PAGE);
        this.#lastId = messages.at(-1)?.id ?? this.#lastId;
        for (const message of messages) await this.#fanOut(message);
        isFull = messages.length === PAGE;
      }
    } catch {
      // A journal that fails has been reported; the next pump tries again.
    }
  }

  async #fanOut(message: OutboundMessage): Promise<void> {
    const encoded: { [format in StreamFormat]?: Bytes | undefined } = {};
    for (const listener of this.#listeners) {
      const { format } = listener;
      if (format in encoded || !isDue(message, listener)) continue;
      encoded[format] = await this.#encode(message, format);
    }
    // Listeners may have left, or lost rights, while the message was encoded.
    for (const listener of this.#listeners) {
      if (!isDue(message, listener)) continue;
      listener.lastId = message.id;
      this.#send(listener, encoded[listener.format]);
    }
  }

  /** Sends a page of what a listener has missed. One whose messages cannot be read may come again. */
  async #catchUp(listener: Listener<Caller>): Promise<void> {
    try {
      for (let hasSent = false; !hasSent && !listener.isLive;) {
        const messages = this.#source.after(listener.lastId, PAGE);
        // Decided before anything is awaited: what is said from here on is fanned out to it.
        listener.isLive = messages.length === 0;
        for (const message of messages) {
          const bytes = isFor(message, listener.caller)
            ? await this.#encode(message, listener.format)
            : undefined;
          // The listener may have left, or lost rights, while the message was encoded.
          if (!this.#listeners.has(listener)) return;
          listener.lastId = message.id;
          if (bytes === undefined || !isFor(message, listener.caller)) continue;
          listener.controller.enqueue(bytes);
          hasSent = true;
        }
      }
    } catch (error) {
      this.#remove(listener);
      throw error;
    }
  }

  async #encode(message: OutboundMessage, format: StreamFormat): Promise<Bytes | undefined> {
    const fields = toStreamMessage(message, format);
    if (fields === undefined) return undefined;
    this.#encoder ??= new Encoder();
    // The published encoder writes no space after the colon; people who watch with curl expect one.
    const data = ` ${fields.data.replace(/\r\n|\r|\n/g, "$& ")}`;
    return await this.#encoder.encode({ ...fields, data });
  }

  async #comment(text: string): Promise<void> {
    this.#encoder ??= new Encoder();
    const bytes = await this.#encoder.encode({ comment: text });
    for (const listener of this.#listeners) if (listener.isLive) this.#send(listener, bytes);
  }

  #countOf({ id }: Caller): number {
    let count = 0;
    for (const { caller } of this.#listeners) if (caller.id === id) count++;
    return count;
  }

  /** Begins with the first listener after the newest message. */
  #begin(newest: number): void {
    const { heartbeatMs = 15_000, reviewMs = 500 } = this.#options;
    this.#lastId = newest;
    this.#timers = [
      setInterval(() => this.#comment(" heartbeat"), heartbeatMs),
      setInterval(() => this.review(), reviewMs),
    ];
  }

  #send(listener: Listener<Caller>, bytes: Bytes | undefined): void {
    if (bytes === undefined) return;
    if ((listener.controller.desiredSize ?? 0) > 0) return listener.controller.enqueue(bytes);
    this.#remove(listener);
    listener.controller.error(new Error("The reader is too slow"));
  }

  #end(listener: Listener<Caller>): void {
    this.#remove(listener);
    listener.controller.close();
  }

  #remove(listener: Listener<Caller>): void {
    this.#listeners.delete(listener);
    if (this.size > 0) return;
    for (const timer of this.#timers) clearInterval(timer);
    this.#timers = [];
  }
}
