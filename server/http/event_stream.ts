/**
 * The event stream: what goes out, to everybody who listens at `GET /events`.
 *
 * Messages come from the journal. A listener who names the last one it has read is sent what came
 * after it first, page by page as it reads, and then goes on with the others: no gap, no repetition.
 * For those, each message is encoded once, and its bytes are handed to all. Each has a bounded queue;
 * one that does not read is cut off instead of waited for, while who is still catching up gets no more
 * than it reads. A comment goes out every 15 s to who has caught up, so that proxies keep the stream
 * open and dead connections are noticed.
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

/**
 * Where the messages of a stream come from. Numbers only rise, also where another journal takes the
 * place of one.
 */
export interface OutboundSource {
  /** The number of the newest message, or 0. */
  lastId(): number;
  /** The messages after one, the oldest first. */
  after(id: number, limit: number): OutboundMessage[];
}

/** Options of an {@linkcode EventStream}. */
export interface EventStreamOptions<Caller extends Audience> {
  /** Where messages come from. */
  readonly source: OutboundSource;
  /**
   * Looks again at who listens; returns what it may see now, or nothing when it may not listen any
   * more. By default nothing changes.
   */
  readonly review?: (caller: Caller) => Caller | undefined;
  /**
   * How many streams there may be.
   *
   * @default {256}
   */
  readonly maxStreams?: number;
  /**
   * How many of them one sender may have.
   *
   * @default {8}
   */
  readonly maxStreamsPerSender?: number;
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
  /**
   * The time between two looks at who listens, in milliseconds.
   *
   * @default {500}
   */
  readonly reviewMs?: number;
}

/** What a listener asks for. */
export interface ListenOptions<Caller extends Audience> {
  /** Who listens. */
  readonly caller: Caller;
  /** How messages are written. */
  readonly format: StreamFormat;
  /** The number of the last message that was read; without one, what is said from now on comes. */
  readonly after?: number | undefined;
}

type Bytes = Uint8Array;

interface Listener<Caller extends Audience> {
  caller: Caller;
  readonly controller: ReadableStreamDefaultController<Bytes>;
  readonly format: StreamFormat;
  /** The number of the last message that it was sent. */
  lastId: number;
  /** Whether it has what was said before, and is sent what is said now. */
  isLive: boolean;
}

const CONNECTED = new TextEncoder().encode(": connected\n\n");

/** How many messages are read from the journal at a time. */
const PAGE = 100;

/**
 * A leading space on each line: the published encoder writes none after the colon, readers drop one,
 * and people who watch with curl are used to it.
 */
function spaced(text: string): string {
  return text.split(/\r\n|\r|\n/).map((line) => ` ${line}`).join("\n");
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

  async close(): Promise<void> {
    await Promise.all([this.#writer.close(), this.#reader.read()]);
  }
}

/** Why somebody cannot listen. */
export type StreamRefusal = "closed" | "too many streams" | "too many streams of this sender";

/** Fans messages out to listeners. */
export class EventStream<Caller extends Audience> {
  readonly #options: EventStreamOptions<Caller>;
  readonly #source: OutboundSource;
  readonly #maxStreams: number;
  readonly #maxStreamsPerSender: number;
  readonly #maxQueuedBytes: number;
  readonly #listeners = new Set<Listener<Caller>>();
  #encoder: Encoder | undefined;
  /** The number of the last message that was fanned out; read from the journal when first needed. */
  #lastId: number | undefined;
  #pumping: Promise<void> | undefined;
  #mustPump = false;
  #heartbeat: ReturnType<typeof setInterval> | undefined;
  #review: ReturnType<typeof setInterval> | undefined;
  #closing: Promise<void> | undefined;

  /** Constructs a new instance. */
  constructor(options: EventStreamOptions<Caller>) {
    this.#options = options;
    this.#source = options.source;
    this.#maxStreams = options.maxStreams ?? 256;
    this.#maxStreamsPerSender = options.maxStreamsPerSender ?? 8;
    this.#maxQueuedBytes = options.maxQueuedBytes ?? 1024 * 1024;
  }

  /** How many listeners there are. */
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
    if (this.#closing !== undefined) return "closed";
    if (this.size >= this.#maxStreams) return "too many streams";
    if (this.#countOf(caller) >= this.#maxStreamsPerSender) {
      return "too many streams of this sender";
    }
    const sentId = this.#lastId ??= this.#source.lastId();
    let listener: Listener<Caller>;
    this.#watch();
    return new ReadableStream<Bytes>({
      start: (controller) => {
        const lastId = Math.min(after ?? sentId, sentId);
        listener = { caller, controller, format, lastId, isLive: lastId === sentId };
        this.#listeners.add(listener);
        controller.enqueue(CONNECTED);
      },
      pull: () => listener.isLive ? undefined : this.#tryCatchUp(listener),
      cancel: () => this.#remove(listener),
    }, new ByteLengthQueuingStrategy({ highWaterMark: this.#maxQueuedBytes }));
  }

  /** Looks again at who listens, and ends the streams of those who may not any more. */
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
    this.#mustPump = true;
    this.#pumping ??= this.#pump();
  }

  /** Ends all streams after what was said before. Safe to call twice. */
  close(): Promise<void> {
    return this.#closing ??= this.#close();
  }

  async #close(): Promise<void> {
    await this.#pumping;
    for (const listener of this.#listeners) this.#end(listener);
    await this.#encoder?.close();
  }

  async #pump(): Promise<void> {
    // One turn of the microtask queue, so that it is known by then that this is under way.
    await null;
    try {
      while (this.#mustPump && this.#lastId !== undefined) {
        this.#mustPump = false;
        let messages: OutboundMessage[];
        do {
          messages = this.#source.after(this.#lastId, PAGE);
          for (const message of messages) await this.#fanOut(message);
        } while (messages.length === PAGE);
      }
    } catch {
      // A journal that fails has been reported; the next pump tries again.
    } finally {
      this.#pumping = undefined;
    }
  }

  async #fanOut(message: OutboundMessage): Promise<void> {
    const bytes: Record<StreamFormat, Bytes | undefined> = {
      plain: await this.#encode(message, "plain"),
      json: await this.#encode(message, "json"),
    };
    this.#lastId = message.id;
    for (const listener of this.#listeners) {
      if (!listener.isLive || listener.lastId >= message.id) continue;
      listener.lastId = message.id;
      if (isFor(message, listener.caller)) this.#send(listener, bytes[listener.format]);
    }
  }

  /** Gives up a listener whose messages cannot be read: its stream fails, and it can come again. */
  async #tryCatchUp(listener: Listener<Caller>): Promise<void> {
    try {
      await this.#catchUp(listener);
    } catch (error) {
      this.#remove(listener);
      throw error;
    }
  }

  /** Sends a page of what a listener has missed, and lets it go on with the others after the last. */
  async #catchUp(listener: Listener<Caller>): Promise<void> {
    for (let hasSent = false; !hasSent;) {
      const messages = this.#source.after(listener.lastId, PAGE);
      // Decided without waiting for anything: what is fanned out from here on reaches the listener.
      listener.isLive = messages.length === 0 || listener.lastId >= (this.#lastId ?? 0);
      if (listener.isLive) return;
      for (const message of messages) {
        const bytes = await this.#encode(message, listener.format);
        listener.lastId = message.id;
        if (!this.#listeners.has(listener)) return;
        if (bytes === undefined || !isFor(message, listener.caller)) continue;
        listener.controller.enqueue(bytes);
        hasSent = true;
      }
    }
  }

  async #encode(message: OutboundMessage, format: StreamFormat): Promise<Bytes | undefined> {
    const fields = toStreamMessage(message, format);
    if (fields === undefined) return undefined;
    this.#encoder ??= new Encoder();
    return await this.#encoder.encode({ ...fields, data: spaced(fields.data) });
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

  #watch(): void {
    const { heartbeatMs = 15_000, reviewMs = 500 } = this.#options;
    this.#heartbeat ??= setInterval(() => this.#comment(" heartbeat"), heartbeatMs);
    this.#review ??= setInterval(() => this.review(), reviewMs);
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
    if (this.#listeners.size > 0) return;
    clearInterval(this.#heartbeat);
    clearInterval(this.#review);
    this.#heartbeat = undefined;
    this.#review = undefined;
  }
}
