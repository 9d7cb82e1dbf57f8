/**
 * A sender that uses the channel over HTTP, and the `curl` lines that do the same by hand.
 *
 * @module
 */

import { ServerSentEventParseStream } from "@std/http/server-sent-event-parse-stream";

/** The time that each step of the demo may wait for, in milliseconds. */
export const DEMO_TIMEOUT_MS = 5000;

/** One request and its answer. */
export interface Exchange {
  /** The command that does the same. */
  readonly curl: string;
  readonly status: number;
  readonly text: string;
}

/** The target and the sender of a message. */
interface PostOptions {
  /**
   * The path and the query.
   *
   * @default {""}
   */
  readonly target?: string;
  /** The name in the `X-Sender` header; without one there is no header. */
  readonly sender?: string;
}

/** Posts messages to a channel and listens to what comes back. */
export class Sender {
  readonly #port: number;

  constructor(port: number) {
    this.#port = port;
  }

  /** Posts a message. */
  async post(body: string, options: PostOptions = {}): Promise<Exchange> {
    const { target = "", sender } = options;
    const response = await fetch(`http://127.0.0.1:${this.#port}${target}`, {
      method: "POST",
      body,
      signal: AbortSignal.timeout(DEMO_TIMEOUT_MS),
      ...(sender !== undefined && { headers: { "X-Sender": sender } }),
    });
    return {
      curl: this.postCurl(body, options),
      status: response.status,
      text: await response.text(),
    };
  }

  /** The command that posts a message. */
  postCurl(body: string, { target = "", sender }: PostOptions = {}): string {
    const header = sender === undefined ? "" : ` -H "X-Sender: ${sender}"`;
    const url = `localhost:${this.#port}${target}`;
    return `curl -d "${body}"${header} ${url.includes("?") ? `"${url}"` : url}`;
  }

  /** The command that listens to the stream. */
  get listenCurl(): string {
    return `curl -N localhost:${this.#port}/events`;
  }

  /**
   * Listens to the stream until the server or the signal ends it.
   *
   * @param onMessage Takes each message, and the comments with a colon before them.
   * @returns A promise of the time when the stream has ended.
   */
  async listen(
    onMessage: (text: string) => void,
    signal: AbortSignal,
  ): Promise<{ readonly ended: Promise<void> }> {
    const response = await fetch(`http://127.0.0.1:${this.#port}/events`, { signal });
    if (response.body === null || !response.ok) {
      throw new Error(`Cannot listen to the stream: received status ${response.status}`);
    }
    const messages = response.body.pipeThrough(new ServerSentEventParseStream());
    const ended = (async () => {
      for await (const { data, comment } of messages) {
        if (comment !== undefined) onMessage(`:${comment}`);
        if (data !== undefined) onMessage(data);
      }
    })().catch(() => {});
    return { ended };
  }
}
