/**
 * The stdio transport: newline-delimited JSON-RPC, bytes in and text out.
 *
 * - Writing never blocks the event loop: messages are queued, and one write of the whole queue is under
 *   way at a time. A client that stops reading would freeze HTTP otherwise.
 * - The queue is bounded. A notification that does not fit is refused, and the log says so once.
 * - End of input, and the first write that fails, close the transport: a process lives as long as its
 *   client.
 * - A line that is too long, or no JSON-RPC, is dropped and logged without its text.
 *
 * @module
 */

import type { Transport } from "@modelcontextprotocol/sdk/shared/transport";
// @ts-types="@modelcontextprotocol/sdk/types"
import { type JSONRPCMessage, JSONRPCMessageSchema } from "@modelcontextprotocol/sdk/types.js";
import { LineSplitter } from "../../lib/text/line_splitter.ts";
import { waitAtMost } from "../runtime/delay.ts";
import type { Logger } from "../runtime/log.ts";

interface StdioTransportOptions {
  readonly input: AsyncIterable<Uint8Array>;
  /** Writes all of the text as UTF-8; rejects when the client is gone. */
  readonly write: (text: string) => Promise<void>;
  readonly log: Logger;
  /**
   * The longest line that is read, in bytes.
   *
   * @default {10_485_760}
   */
  readonly maxLineBytes?: number;
  /**
   * The longest queue, in UTF-16 units of its lines; notifications beyond it are refused. Answers always
   * fit: the client has asked for each of them.
   *
   * @default {16_777_216}
   */
  readonly maxQueuedUnits?: number;
  /**
   * The time that the last messages have to leave at the end, in milliseconds.
   *
   * @default {250}
   */
  readonly lingerMs?: number;
  /** Called when the client reads again after messages were refused. */
  readonly onResume?: (() => void) | undefined;
}

/** The error of a message that was refused because the queue is full. */
export class QueueFullError extends Error {
  constructor() {
    super("Cannot send to the client: it does not read what was sent before");
    this.name = "QueueFullError";
  }
}

/** A `Transport` of the MCP SDK over standard input and output, or streams in their place. */
export class StdioTransport implements Transport {
  onclose?: () => void;
  onerror?: (error: Error) => void;
  onmessage?: Transport["onmessage"];

  readonly #input: AsyncIterator<Uint8Array>;
  readonly #writeText: (text: string) => Promise<void>;
  readonly #log: Logger;
  readonly #splitter: LineSplitter;
  readonly #maxQueuedUnits: number;
  readonly #lingerMs: number;
  readonly #onResume: (() => void) | undefined;
  #queue: string[] = [];
  #queuedUnits = 0;
  #refused = 0;
  #writing: Promise<void> | undefined;
  #closing: Promise<void> | undefined;
  #isEnded = false;

  constructor(options: StdioTransportOptions) {
    const { input, write, log, maxLineBytes = 10 * 1024 * 1024 } = options;
    this.#input = input[Symbol.asyncIterator]();
    this.#writeText = write;
    this.#log = log;
    this.#splitter = new LineSplitter(maxLineBytes);
    this.#maxQueuedUnits = options.maxQueuedUnits ?? 16 * 1024 * 1024;
    this.#lingerMs = options.lingerMs ?? 250;
    this.#onResume = options.onResume;
  }

  get isOpen(): boolean {
    return this.#closing === undefined && !this.#isEnded;
  }

  /** `true` while lines are queued, or one write waits for the client. */
  get isWaiting(): boolean {
    return this.#queuedUnits > 0;
  }

  /** Begins to read. */
  start(): Promise<void> {
    this.#read();
    return Promise.resolve();
  }

  /**
   * Queues a message.
   *
   * @returns A promise that is settled at once; it does not wait for the client to read.
   * @throws {QueueFullError} When it is a notification and the queue is full.
   */
  send(message: JSONRPCMessage): Promise<void> {
    if (!this.isOpen) {
      return Promise.reject(new Error("Cannot send: the transport is closed"));
    }
    return this.trySend(message) ? Promise.resolve() : Promise.reject(new QueueFullError());
  }

  /** Queues a message; returns `false` when `send` would reject. */
  trySend(message: JSONRPCMessage): boolean {
    if (!this.isOpen) return false;
    const line = JSON.stringify(message) + "\n";
    const fits = this.#queuedUnits + line.length <= this.#maxQueuedUnits;
    if (!fits && !("id" in message)) return this.#refuse();
    this.#queue.push(line);
    this.#queuedUnits += line.length;
    this.#writing ??= this.#write();
    return true;
  }

  /**
   * Takes no more messages, waits a limited time until the queued ones have left, and calls `onclose`.
   * Safe to call twice.
   */
  close(): Promise<void> {
    return this.#closing ??= waitAtMost(this.#lingerMs, Promise.resolve(this.#writing))
      .then(() => this.#end());
  }

  /** Stops reading and writing at once. */
  #end(): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    this.#queue = [];
    // Not awaited: it waits for a read that is under way, and a client may leave that waiting.
    this.#input.return?.().catch(() => {});
    this.onclose?.();
  }

  #refuse(): false {
    this.#refused++;
    if (this.#refused === 1) {
      this.#log.warn(
        "The client does not read: the queue to it is full, and new messages are refused",
      );
    }
    return false;
  }

  async #read(): Promise<void> {
    try {
      for (;;) {
        const { done, value } = await this.#input.next();
        if (done) break;
        for (const line of this.#splitter.push(value)) {
          if (line.ok) this.#receive(line.text);
          else this.#log.warn(`A message of ${line.byteLength} bytes is refused: it is too long`);
        }
      }
    } catch (error) {
      this.#log.warn(`Cannot read from the client: ${(error as Error).name}`);
    }
    // Requests from before the end are answered in the next turns of the microtask queue.
    await new Promise((resolve) => setTimeout(resolve, 0));
    await this.close();
  }

  #receive(line: string): void {
    let message: JSONRPCMessage;
    try {
      message = JSONRPCMessageSchema.parse(JSON.parse(line));
    } catch {
      this.#log.warn(`A line of ${line.length} characters from the client is no JSON-RPC message`);
      return;
    }
    this.onmessage?.(message);
  }

  async #write(): Promise<void> {
    try {
      // Messages of one turn of the microtask queue are written together.
      await null;
      while (this.#queue.length > 0) {
        const lines = this.#queue.join("");
        this.#queue = [];
        await this.#writeText(lines);
        this.#queuedUnits -= lines.length;
        if (this.#refused > 0) this.#resume();
        // Under load, a turn of the event loop between two writes lets whole batches gather.
        if (this.#queue.length > 0) await new Promise((resolve) => setTimeout(resolve, 0));
      }
    } catch {
      this.#end();
    } finally {
      this.#writing = undefined;
    }
  }

  #resume(): void {
    this.#log.info(`The client reads again: ${this.#refused} messages were refused meanwhile`);
    this.#refused = 0;
    this.#onResume?.();
  }
}
