/**
 * The feeds of the other processes of this state folder, at the owner of the port.
 *
 * A session is open for as long as its feed lasts. Either side says when there is something new in the
 * journal; a feed carries no event, no reply and no verdict.
 *
 * @module
 */

import { STATUS_CODE } from "@std/http/status";
import {
  isFeedNonce,
  MAX_LINE_BYTES,
  NEWS,
  PING,
  PONG,
  tryParseSessionLine,
  VERDICT,
} from "../../lib/feed/feed_message.ts";
import { LineSplitter } from "../../lib/text/line_splitter.ts";
import type { SessionLink } from "../event/types.ts";
import { createNonce, isProven, prove } from "./proof.ts";

/** Options of a {@linkcode FeedServer}. */
interface FeedServerOptions {
  /** The secret of the state folder. */
  readonly secret: () => string;
  /** The address of the port as sessions know it, such as `127.0.0.1:8788`. */
  readonly address: string;
  /** A session has opened. */
  attach(link: SessionLink): void;
  /** A session has ended, or lost its feed. */
  detach(link: SessionLink): void;
  /** A feed has ended before it named its session, which the journal may have already. */
  lose(): void;
  /** A session has written to the journal; `0` for another process. */
  sync(sessionId: number): void;
  /** Called when a session of an earlier version asks for a feed, which it does by a WebSocket. */
  noteEarlierVersion(): void;
}

/** The query of a request for a feed. */
interface FeedQuery {
  readonly nonce?: string;
  readonly proof?: string;
}

/** The most challenges that are remembered: a stranger may ask for any number. */
const MAX_CHALLENGES = 1024;

/** The time in which a challenge must be answered, in milliseconds. */
const HANDSHAKE_MS = 2000;

/** The most lines that may wait for a session that does not read; later ones become one. */
const MAX_QUEUED_LINES = 16;

const ENCODER = new TextEncoder();

/** The owner's side of a feed whose other side has proven itself. */
class ServedFeed {
  readonly #options: FeedServerOptions;
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly #splitter = new LineSplitter(MAX_LINE_BYTES);
  readonly body: ReadableStream<Uint8Array>;
  #controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  #link: SessionLink | undefined;
  #sessionId: number | undefined;
  #owesNews = false;

  constructor(body: ReadableStream<Uint8Array>, options: FeedServerOptions) {
    this.#options = options;
    this.#reader = body.getReader();
    this.body = new ReadableStream({
      start: (controller) => void (this.#controller = controller),
      pull: () => {
        if (!this.#owesNews) return;
        this.#owesNews = false;
        this.#tell(NEWS);
      },
      cancel: () => this.close(),
    }, { highWaterMark: MAX_QUEUED_LINES });
  }

  /** Reads until either side ends the feed. */
  async run(): Promise<void> {
    try {
      for (;;) {
        const { done, value } = await this.#reader.read();
        if (done) break;
        for (const line of this.#splitter.push(value)) if (line.ok) this.#hear(line.text);
      }
    } catch {
      // The session's process has ended, or it is unknown to the journal.
    }
    this.close();
    // The runtime drops what a process sent right before its end.
    this.#sync();
    if (this.#link === undefined) this.#options.lose();
    else this.#options.detach(this.#link);
  }

  /** Ends the feed. Safe to call twice. */
  close(): void {
    const controller = this.#controller;
    this.#controller = undefined;
    this.#reader.cancel().catch(() => {});
    try {
      controller?.close();
    } catch {
      // The session has canceled the answer.
    }
  }

  #hear(line: string): void {
    if (this.#sessionId === undefined) this.#admit(tryParseSessionLine(line));
    else if (line === PING) this.#tell(PONG);
    else if (line === NEWS) this.#sync();
  }

  #admit(sessionId: number | undefined): void {
    if (sessionId === undefined) return this.close();
    if (sessionId !== 0) {
      const link: SessionLink = {
        sessionId,
        sync: () => this.#tell(NEWS),
        syncVerdicts: () => this.#tell(VERDICT),
      };
      this.#options.attach(link);
      this.#link = link;
    }
    this.#sessionId = sessionId;
    // The session may have written while it had no feed.
    if (sessionId !== 0) this.#sync();
    this.#tell(NEWS);
  }

  #sync(): void {
    if (this.#sessionId === undefined) return;
    try {
      this.#options.sync(this.#sessionId);
    } catch {
      // A journal that fails has been reported; the next news tries again.
    }
  }

  #tell(line: string): void {
    const controller = this.#controller;
    if (controller === undefined) return;
    if ((controller.desiredSize ?? 0) > 0) controller.enqueue(ENCODER.encode(`${line}\n`));
    else this.#owesNews = true;
  }
}

export class FeedServer {
  readonly #options: FeedServerOptions;
  readonly #feeds = new Set<ServedFeed>();
  /** The times of the challenges that wait for an answer, by their nonces, the oldest first. */
  readonly #challenges = new Map<string, number>();

  constructor(options: FeedServerOptions) {
    this.#options = options;
  }

  /** Proves to a session that this process is the owner, and challenges it. */
  async challenge(request: Request, { nonce: sessionNonce }: FeedQuery): Promise<Response> {
    if (!isFeedNonce(sessionNonce)) return refuse("expected a nonce");
    if (request.headers.has("upgrade")) {
      this.#options.noteEarlierVersion();
      return refuse("this version has no WebSocket: end the older session");
    }
    const { secret, address } = this.#options;
    const proof = await prove(secret(), { side: "owner", address, nonce: sessionNonce });
    const nonce = createNonce();
    const [oldest] = this.#challenges.keys();
    if (oldest !== undefined && this.#challenges.size >= MAX_CHALLENGES) {
      this.#challenges.delete(oldest);
    }
    this.#challenges.set(nonce, performance.now());
    return Response.json({ nonce, proof });
  }

  /** Begins the feed of a session that answers its challenge. */
  async accept(request: Request, { nonce, proof }: FeedQuery): Promise<Response> {
    if (!isFeedNonce(nonce) || !isFeedNonce(proof) || request.body === null) {
      return refuse("expected a nonce, a proof and a body");
    }
    const { secret, address } = this.#options;
    const askedAt = this.#challenges.get(nonce) ?? -Infinity;
    const isOpen = this.#challenges.delete(nonce) && performance.now() - askedAt < HANDSHAKE_MS;
    if (!isOpen || !await isProven(secret(), { side: "session", address, nonce }, proof)) {
      return refuse("not proven", STATUS_CODE.Forbidden);
    }
    const feed = new ServedFeed(request.body, this.#options);
    this.#feeds.add(feed);
    feed.run().finally(() => this.#feeds.delete(feed));
    return new Response(feed.body);
  }

  /** Ends all feeds. Safe to call twice. */
  close(): void {
    for (const feed of this.#feeds) feed.close();
    this.#feeds.clear();
  }
}

function refuse(
  message: string,
  status: typeof STATUS_CODE.BadRequest | typeof STATUS_CODE.Forbidden = STATUS_CODE.BadRequest,
): Response {
  return new Response(message, { status, headers: { Connection: "close" } });
}
