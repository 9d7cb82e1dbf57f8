import { tryParseResponseHead } from "../../lib/http/response_head.ts";
import { waitAtMost } from "../runtime/delay.ts";

/** The longest answer that is read, with its head, in bytes. */
const MAX_ANSWER_BYTES = 4096;

const ENCODER = new TextEncoder();
const DECODER = new TextDecoder();

/** An answer, or the part of a lasting one that came with its head. */
interface Answer {
  readonly status: number;
  readonly bytes: Uint8Array;
}

/** Options of {@linkcode LocalConnection.open}. */
interface LocalConnectionOptions {
  /** The address, such as `127.0.0.1:8788`. */
  readonly address: string;
  /** The time for connecting and for all answers together, in milliseconds. */
  readonly timeoutMs: number;
}

async function connect(address: string, timeoutMs: number): Promise<Deno.TcpConn | undefined> {
  const colon = address.lastIndexOf(":");
  const hostname = address.slice(0, colon).replace(/^\[(.*)\]$/, "$1");
  let isLate = false;
  let connection: Deno.TcpConn | undefined;
  const connecting = Deno.connect({ hostname, port: Number(address.slice(colon + 1)) })
    .then((opened) => {
      if (isLate) opened.close();
      else connection = opened;
    }, () => {});
  await waitAtMost(timeoutMs, connecting);
  isLate = true;
  return connection;
}

/**
 * One connection to the process at a port of this machine, which may be hostile: an answer ends at
 * 4 KiB, and all of them at one deadline. `fetch` and `WebSocket` read whatever a stranger sends, and
 * send requests elsewhere where an environment variable names a proxy.
 */
export class LocalConnection implements Disposable {
  readonly #address: string;
  readonly #connection: Deno.TcpConn;
  #deadline: ReturnType<typeof setTimeout> | undefined;
  #isClosed = false;
  #isLate = false;

  private constructor(address: string, connection: Deno.TcpConn, timeoutMs: number) {
    this.#address = address;
    this.#connection = connection;
    // A line that waited for the receipt of the one before would take 40 ms.
    connection.setNoDelay(true);
    this.#deadline = setTimeout(() => {
      this.#isLate = true;
      this.close();
    }, timeoutMs);
  }

  /** Connects; `undefined` where no process accepts in time. */
  static async open(options: LocalConnectionOptions): Promise<LocalConnection | undefined> {
    const { address, timeoutMs } = options;
    const connection = await connect(address, timeoutMs);
    return connection && new LocalConnection(address, connection, timeoutMs);
  }

  /** `true` when the deadline has ended the connection. */
  get isLate(): boolean {
    return this.#isLate;
  }

  /**
   * Sends a request without a body and reads the answer, whose body is cut off where it is too long or
   * of unknown length; `undefined` for none within the limits.
   */
  async get(target: string): Promise<Answer | undefined> {
    return await this.#ask(
      `GET ${target}`,
      "",
      ({ contentLength = 0 }) => contentLength > MAX_ANSWER_BYTES ? 0 : contentLength,
    );
  }

  /** Begins a request whose body lasts, and reads the head of its answer. */
  async begin(target: string): Promise<Answer | undefined> {
    return await this.#ask(`POST ${target}`, "Transfer-Encoding: chunked\r\n", () => 0);
  }

  /** Lifts the deadline from a connection whose other side has proven itself. */
  keep(): void {
    clearTimeout(this.#deadline);
    this.#deadline = undefined;
  }

  /** Reads into a buffer; `undefined` at the end, however it comes. */
  async read(buffer: Uint8Array): Promise<Uint8Array | undefined> {
    const length = await this.#connection.read(buffer).catch(() => null);
    return length === null ? undefined : buffer.subarray(0, length);
  }

  /** Writes text of ASCII; returns `false` where the connection has ended. */
  async write(text: string): Promise<boolean> {
    let bytes = ENCODER.encode(text);
    try {
      while (bytes.length > 0) bytes = bytes.subarray(await this.#connection.write(bytes));
      return true;
    } catch {
      return false;
    }
  }

  /** Closes the connection. Safe to call twice. */
  close(): void {
    this.keep();
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#connection.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  async #ask(
    line: string,
    headers: string,
    lengthOf: (head: { readonly contentLength: number | undefined }) => number,
  ): Promise<Answer | undefined> {
    if (!await this.write(`${line} HTTP/1.1\r\nHost: ${this.#address}\r\n${headers}\r\n`)) {
      return undefined;
    }
    const buffer = new Uint8Array(MAX_ANSWER_BYTES);
    for (let length = 0; length < buffer.length;) {
      const piece = await this.read(buffer.subarray(length));
      if (piece === undefined) return undefined;
      length += piece.length;
      const head = tryParseResponseHead(buffer.subarray(0, length));
      if (head === undefined || length - head.byteLength < lengthOf(head)) continue;
      return { status: head.status, bytes: buffer.slice(head.byteLength, length) };
    }
    return undefined;
  }
}

/** Decodes the body of an answer. */
export function toText({ bytes }: Answer): string {
  return DECODER.decode(bytes);
}
