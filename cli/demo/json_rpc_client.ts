/**
 * The client's side of JSON-RPC, as far as the demo needs it: requests with answers, and notifications
 * both ways. The SDK's client would become part of the bundle that every session loads.
 *
 * @module
 */

import type { Transport } from "@modelcontextprotocol/sdk/shared/transport";

/** The parameters of a message. */
type Params = Record<string, unknown>;

interface Waiting {
  readonly resolve: (result: Params) => void;
  readonly reject: (error: Error) => void;
}

/** Sends requests and notifications over a transport. */
export class JsonRpcClient {
  readonly #transport: Transport;
  readonly #waiting = new Map<unknown, Waiting>();
  #lastId = 0;

  constructor(transport: Transport, onNotification: (method: string, params: Params) => void) {
    this.#transport = transport;
    transport.onclose = () => this.#rejectAll(new Error("The server has ended"));
    transport.onmessage = (message) => {
      if ("method" in message) {
        if (!("id" in message)) onNotification(message.method, message.params ?? {});
      } else if ("result" in message) this.#take(message.id)?.resolve(message.result);
      else this.#take(message.id)?.reject(new Error(message.error.message));
    };
  }

  start(): Promise<void> {
    return this.#transport.start();
  }

  /**
   * Sends a request.
   *
   * @throws {Error} When the server answers with an error, or ends before it answers.
   */
  request(method: string, params: Params): Promise<Params> {
    const id = ++this.#lastId;
    const { promise, resolve, reject } = Promise.withResolvers<Params>();
    this.#waiting.set(id, { resolve, reject });
    this.#transport.send({ jsonrpc: "2.0", id, method, params }).catch(reject);
    return promise;
  }

  /** Sends a notification. */
  notify(method: string, params: Params = {}): Promise<void> {
    return this.#transport.send({ jsonrpc: "2.0", method, params });
  }

  close(): Promise<void> {
    return this.#transport.close();
  }

  #take(id: unknown): Waiting | undefined {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    return waiting;
  }

  #rejectAll(error: Error): void {
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }
}
