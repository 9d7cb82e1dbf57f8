/**
 * The body reader: reads the body of a request within limits of size and time.
 *
 * The runtime limits neither: bytes are counted while they come in, and one timer for all bodies cuts
 * off those that are late.
 *
 * @module
 */

import { STATUS_CODE, type StatusCode } from "@std/http/status";
import { ByteBuffer } from "../../lib/text/byte_buffer.ts";

/** The status and the text of the answer to a body that is refused. */
interface BodyRefusal {
  readonly ok: false;
  readonly status: StatusCode;
  readonly message: string;
}

type Body = { readonly ok: true; readonly text: string } | BodyRefusal;

type BodyBytes =
  | { readonly ok: true; readonly bytes: Uint8Array<ArrayBuffer> }
  | BodyRefusal;

/** Options of a {@linkcode BodyReader}. */
interface BodyReaderOptions {
  /**
   * The largest body in bytes.
   *
   * @default {1_048_576}
   */
  readonly maxBytes?: number;
  /**
   * The longest time that a body may take, in milliseconds.
   *
   * @default {10_000}
   */
  readonly deadlineMs?: number;
  /**
   * The longest time that a body without proof may wait for its turn, in milliseconds.
   *
   * @default {2000}
   */
  readonly maxWaitMs?: number;
}

interface Reading {
  readonly startedAt: number;
  readonly reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly isProven: boolean;
  /** The refusal of a body that was cut off. */
  refusal?: BodyRefusal;
}

/** A body without proof that waits for its turn. */
interface Waiting {
  readonly startedAt: number;
  readonly resolve: (isTurn: boolean) => void;
}

/**
 * The most bodies without proof that are read and verified at a time: 32 MiB, since each is copied at
 * most once, where its buffer grows or a signature covers more than the body.
 */
const MAX_UNPROVEN = 16;

/** The most bodies that wait for their turn; their bytes stay in the buffers of the system. */
const MAX_WAITING = 256;

/** The time after which a body without proof makes room for one that waits, in milliseconds. */
const TURN_MS = 1000;

/** The answer to a body without proof that gets no turn, or has used it up. */
const BUSY: BodyRefusal = {
  ok: false,
  status: STATUS_CODE.ServiceUnavailable,
  message: "too many requests without a proof at a time",
};

const REPLACEMENT_CHARACTER = "\ufffd";
const EMPTY = new Uint8Array();
const LENIENT = new TextDecoder();
const STRICT = new TextDecoder("utf-8", { fatal: true });

/**
 * Decodes UTF-8.
 *
 * The strict decoder takes more than four times as long as the lenient one (0.86 against 0.19 µs for
 * a kibibyte). So the lenient one goes first, and the strict one only sees bodies in which a
 * replacement character may stand for bytes that are no text.
 */
function decodeUtf8(bytes: Uint8Array): Body {
  const text = LENIENT.decode(bytes);
  if (!text.includes(REPLACEMENT_CHARACTER)) return { ok: true, text };
  try {
    return { ok: true, text: STRICT.decode(bytes) };
  } catch {
    return {
      ok: false,
      status: STATUS_CODE.UnsupportedMediaType,
      message: "the body is not UTF-8 text",
    };
  }
}

export class BodyReader {
  readonly #maxBytes: number;
  readonly #deadlineMs: number;
  readonly #maxWaitMs: number;
  /** The bodies that are read, the oldest first. */
  readonly #readings = new Set<Reading>();
  /** The bodies that wait, the oldest first. */
  readonly #waiting = new Set<Waiting>();
  #unprovenCount = 0;
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(options: BodyReaderOptions = {}) {
    this.#maxBytes = options.maxBytes ?? 1024 * 1024;
    this.#deadlineMs = options.deadlineMs ?? 10_000;
    this.#maxWaitMs = options.maxWaitMs ?? 2000;
  }

  /**
   * Reads the body of a request of a known sender as text.
   *
   * @param request The request; its body must not have been read.
   */
  async read(request: Request): Promise<Body> {
    const body = await this.#readBytes(request, true);
    return body.ok ? decodeUtf8(body.bytes) : body;
  }

  /**
   * Reads the body of a request that has proven nothing yet, when it is its turn. The turn ends with
   * the judgment: strangers then fill no more memory than their turns allow.
   *
   * @param request The request; its body must not have been read.
   * @param judge Judges the body, such as by its signature.
   */
  async readUnproven<Judgment>(
    request: Request,
    judge: (bytes: Uint8Array<ArrayBuffer>) => Judgment | Promise<Judgment>,
  ): Promise<{ readonly ok: true; readonly value: Judgment } | BodyRefusal> {
    if (this.#isTooLarge(request)) return this.#tooLarge();
    if (!await this.#waitForTurn()) return BUSY;
    try {
      const body = await this.#readBytes(request, false);
      return body.ok ? { ok: true, value: await judge(body.bytes) } : body;
    } finally {
      this.#endTurn();
    }
  }

  /**
   * Reads the text of a body that has proven nothing yet, when it is its turn.
   *
   * @param request The request; its body must not have been read.
   */
  async readUnprovenText(request: Request): Promise<Body> {
    const read = await this.readUnproven(request, decodeUtf8);
    return read.ok ? read.value : read;
  }

  async #readBytes(request: Request, isProven: boolean): Promise<BodyBytes> {
    if (this.#isTooLarge(request)) return this.#tooLarge();
    if (request.body === null) return { ok: true, bytes: new Uint8Array() };
    const reading: Reading = {
      startedAt: performance.now(),
      reader: request.body.getReader(),
      isProven,
    };
    this.#readings.add(reading);
    this.#startTimer();
    // Nearly all bodies come in one piece, which is taken as it is.
    let only: Uint8Array = EMPTY;
    let buffer: ByteBuffer | undefined;
    let length = 0;
    try {
      for (;;) {
        const { done, value } = await reading.reader.read();
        if (reading.refusal !== undefined) return reading.refusal;
        // Bytes of the network are never shared with another thread.
        if (done) return { ok: true, bytes: (buffer?.take() ?? only) as Uint8Array<ArrayBuffer> };
        length += value.length;
        if (length > this.#maxBytes) {
          reading.reader.cancel().catch(() => {});
          return this.#tooLarge();
        }
        if (buffer !== undefined) buffer.append(value);
        else if (only.length === 0) only = value;
        else {
          buffer = new ByteBuffer(this.#maxBytes);
          buffer.append(only);
          buffer.append(value);
        }
      }
    } catch {
      return reading.refusal ??
        { ok: false, status: STATUS_CODE.BadRequest, message: "the body ended early" };
    } finally {
      this.#readings.delete(reading);
    }
  }

  /** Stops the timer, and lets no body wait any longer. */
  close(): void {
    for (const waiting of this.#waiting) this.#settle(waiting, false);
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #isTooLarge({ headers }: Request): boolean {
    return Number(headers.get("content-length")) > this.#maxBytes;
  }

  #tooLarge(): BodyRefusal {
    return {
      ok: false,
      status: STATUS_CODE.ContentTooLarge,
      message: `the body is larger than ${this.#maxBytes} bytes`,
    };
  }

  #late(): BodyRefusal {
    return {
      ok: false,
      status: STATUS_CODE.RequestTimeout,
      message: `the body took longer than ${this.#deadlineMs} ms`,
    };
  }

  async #waitForTurn(): Promise<boolean> {
    if (this.#unprovenCount < MAX_UNPROVEN) {
      this.#unprovenCount++;
      return true;
    }
    if (this.#waiting.size >= MAX_WAITING) return false;
    const { promise, resolve } = Promise.withResolvers<boolean>();
    this.#waiting.add({ startedAt: performance.now(), resolve });
    this.#startTimer();
    return await promise;
  }

  /** Gives the turn to the body that has waited longest. */
  #endTurn(): void {
    const [next] = this.#waiting;
    if (next === undefined) this.#unprovenCount--;
    else this.#settle(next, true);
  }

  #settle(waiting: Waiting, isTurn: boolean): void {
    this.#waiting.delete(waiting);
    waiting.resolve(isTurn);
  }

  #startTimer(): void {
    const periodMs = Math.min(250, this.#deadlineMs / 4, this.#maxWaitMs / 4);
    this.#timer ??= setInterval(() => this.#cutOffLate(), periodMs);
  }

  #cutOffLate(): void {
    const now = performance.now();
    for (const waiting of this.#waiting) {
      if (waiting.startedAt + this.#maxWaitMs > now) break;
      this.#settle(waiting, false);
    }
    let needed = this.#waiting.size;
    for (const reading of this.#readings) {
      const isLate = reading.startedAt + this.#deadlineMs <= now;
      const isOver = !reading.isProven && needed > 0 && reading.startedAt + TURN_MS <= now;
      if (!isLate && !isOver) continue;
      if (!reading.isProven) needed--;
      reading.refusal = isLate ? this.#late() : BUSY;
      reading.reader.cancel().catch(() => {});
    }
    if (this.#readings.size + this.#waiting.size === 0) this.close();
  }
}
