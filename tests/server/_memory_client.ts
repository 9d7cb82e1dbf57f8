import type { Logger } from "../../server/runtime/log.ts";

/** A JSON-RPC message as the tests look at it. */
export interface Message {
  readonly id?: number;
  readonly method?: string;
  readonly params?: Record<string, unknown>;
  readonly result?: Record<string, unknown>;
  readonly error?: { readonly code: number; readonly message: string };
}

/** A client at the other end of a server's streams, in this process. */
export class MemoryClient {
  readonly #toServer = new TransformStream<Uint8Array, Uint8Array>();
  readonly #writer = this.#toServer.writable.getWriter();
  readonly #inbox: Message[] = [];
  readonly #takers: ((message: Message) => void)[] = [];
  /** The lines of the log. */
  readonly logged: string[] = [];
  /** Reports into {@linkcode logged}. */
  readonly log: Logger = {
    info: (message) => void this.logged.push(message),
    warn: (message) => void this.logged.push(`warning: ${message}`),
  };

  /** The streams that the server takes. */
  readonly streams = {
    input: this.#toServer.readable,
    write: (text: string) => {
      for (const line of text.split("\n")) {
        if (line !== "") this.#put(JSON.parse(line));
      }
      return Promise.resolve();
    },
  };

  #put(message: Message): void {
    const taker = this.#takers.shift();
    if (taker === undefined) this.#inbox.push(message);
    else taker(message);
  }

  /** Sends text as it is. */
  async sendRaw(text: string): Promise<void> {
    await this.#writer.write(new TextEncoder().encode(text));
  }

  /** Sends a message. */
  async send(message: Message): Promise<void> {
    await this.sendRaw(JSON.stringify({ jsonrpc: "2.0", ...message }) + "\n");
  }

  /** The next message of the server. */
  take(): Promise<Message> {
    const message = this.#inbox.shift();
    if (message !== undefined) return Promise.resolve(message);
    return new Promise((resolve) => this.#takers.push(resolve));
  }

  /** Sends a request and takes its answer. */
  async request(
    id: number,
    method: string,
    params: Record<string, unknown> = {},
  ): Promise<Message> {
    await this.send({ id, method, params });
    return await this.take();
  }

  /** Finishes the handshake; returns the server's answer to `initialize`. */
  async handshake(): Promise<Message> {
    const answer = await this.request(0, "initialize", {
      protocolVersion: "2025-11-25",
      capabilities: {},
      clientInfo: { name: "test", version: "1.0.0" },
    });
    await this.send({ method: "notifications/initialized" });
    return answer;
  }

  /** Ends the server's input. */
  async end(): Promise<void> {
    await this.#writer.close();
  }
}
