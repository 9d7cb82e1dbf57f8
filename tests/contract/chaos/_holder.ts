/**
 * A hostile program at the port: answers garbage, nothing, or without end.
 *
 * @module
 */

import { pace } from "../_fleet.ts";

export const MANNERS = ["garbage", "silence", "flood"] as const;

type Manner = typeof MANNERS[number];

const FLOOD_BYTES = 512 * 1024 * 1024;
const CHUNK_BYTES = 1024 * 1024;

/** Lets the other processes of the machine work beside a flood. */
const FLOOD_PAUSE_MS = 2;

/** The text that a WebSocket server appends to the key of its client (RFC 6455). */
const WEBSOCKET_GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

async function formatUpgrade(key: string): Promise<string> {
  const bytes = new TextEncoder().encode(key + WEBSOCKET_GUID);
  const accept = new Uint8Array(await crypto.subtle.digest("SHA-1", bytes)).toBase64();
  return "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
    `Sec-WebSocket-Accept: ${accept}\r\n\r\n`;
}

/** A text frame of {@linkcode CHUNK_BYTES} that is the first of many: the message never ends. */
function createFrame(isFirst: boolean): Uint8Array<ArrayBuffer> {
  const frame = new Uint8Array(10 + CHUNK_BYTES).fill(0x20);
  frame.set([isFirst ? 0x01 : 0x00, 127]);
  new DataView(frame.buffer).setBigUint64(2, BigInt(CHUNK_BYTES));
  return frame;
}

function createChunk(): Uint8Array<ArrayBuffer> {
  const size = new TextEncoder().encode(`${CHUNK_BYTES.toString(16)}\r\n`);
  const chunk = new Uint8Array(size.length + CHUNK_BYTES + 2).fill(0x20);
  chunk.set(size);
  chunk.set([13, 10], size.length + CHUNK_BYTES);
  return chunk;
}

async function writeAll(connection: Deno.Conn, bytes: Uint8Array): Promise<void> {
  for (let rest = bytes; rest.length > 0;) rest = rest.subarray(await connection.write(rest));
}

async function flood(connection: Deno.Conn, head: string): Promise<void> {
  const [, key] = /^sec-websocket-key: *(\S+)/im.exec(head) ?? [];
  const answer = key === undefined
    ? "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    : await formatUpgrade(key);
  await writeAll(connection, new TextEncoder().encode(answer));
  for (let sent = 0; sent < FLOOD_BYTES; sent += CHUNK_BYTES) {
    await writeAll(connection, key === undefined ? createChunk() : createFrame(sent === 0));
    await pace(FLOOD_PAUSE_MS);
  }
}

/** Holds a port until it is disposed of. */
export class Holder implements AsyncDisposable {
  accepted = 0;
  readonly #manner: Manner;
  readonly #listener: Deno.Listener;
  readonly #connections = new Set<Deno.Conn>();
  readonly #served: Promise<void>;

  /** @throws {Deno.errors.AddrInUse} When another process has the port. */
  constructor(port: number, manner: Manner) {
    this.#manner = manner;
    this.#listener = Deno.listen({ hostname: "127.0.0.1", port });
    this.#served = this.#serve();
  }

  async #serve(): Promise<void> {
    const answers: Promise<void>[] = [];
    for await (const connection of this.#listener) {
      this.accepted++;
      this.#connections.add(connection);
      answers.push(this.#answer(connection));
    }
    await Promise.all(answers);
  }

  async #answer(connection: Deno.Conn): Promise<void> {
    try {
      const bytes = new Uint8Array(16 * 1024);
      const count = await connection.read(bytes) ?? 0;
      const head = new TextDecoder().decode(bytes.subarray(0, count));
      if (this.#manner === "flood") await flood(connection, head);
      else if (this.#manner === "garbage") {
        await connection.write(crypto.getRandomValues(new Uint8Array(4096)));
      } else {
        while (await connection.read(bytes) !== null);
      }
    } catch {
      // The other side has left, or the port is given back.
    } finally {
      if (this.#connections.delete(connection)) connection.close();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    for (const connection of this.#connections) {
      this.#connections.delete(connection);
      connection.close();
    }
    await this.#served;
  }
}
