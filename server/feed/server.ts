/**
 * The feeds of the other processes of this state folder, at the one that holds the port.
 *
 * A feed says that a session is open, for as long as it lasts, and wakes the other side when there is
 * something new in the journal. It carries no event, no reply and no verdict.
 *
 * @module
 */

import { STATUS_CODE } from "@std/http/status";
import { isFeedNonce, LOOK, tryParseAnswer } from "../../lib/feed/feed_message.ts";
import type { SessionLink } from "../event/types.ts";
import { createNonce, isProven, prove } from "./proof.ts";

/** What happens at the feeds. */
export interface FeedEvents {
  /** A session has opened. */
  attach(link: SessionLink): void;
  /** A session has ended, or lost its feed. */
  detach(link: SessionLink): void;
  /** A feed has ended before it named its session, which the journal may have already. */
  lose(): void;
  /** Somebody has written to the journal; `0` when it was no session. */
  look(sessionId: number): void;
}

/** Options of a {@linkcode FeedServer}. */
export interface FeedServerOptions extends FeedEvents {
  /** The secret of the state folder. */
  readonly secret: () => string;
}

/** How long the other side may take to prove itself, in milliseconds. */
const HANDSHAKE_MS = 2000;

/** How many may be about to prove themselves; for one more, the one that has taken longest goes. */
const MAX_UNPROVEN = 32;

/** The longest answer that is looked at, in UTF-16 units. */
const MAX_ANSWER_UNITS = 4096;

/** Begins a WebSocket; `undefined` when the request is for none, or for one that is none. */
function tryUpgrade(request: Request): Deno.WebSocketUpgrade | undefined {
  try {
    return Deno.upgradeWebSocket(request);
  } catch {
    return undefined;
  }
}

/** Serves feeds. */
export class FeedServer {
  readonly #options: FeedServerOptions;
  readonly #sockets = new Set<WebSocket>();
  /** Those of them that have not proven themselves, the oldest first. */
  readonly #unproven = new Set<WebSocket>();

  /** Constructs a new instance. */
  constructor(options: FeedServerOptions) {
    this.#options = options;
  }

  /** Answers the request for a feed. */
  accept(request: Request, nonce: string | undefined): Response {
    const upgrade = isFeedNonce(nonce) ? tryUpgrade(request) : undefined;
    if (nonce === undefined || upgrade === undefined) {
      return new Response("expected a WebSocket and a nonce", { status: STATUS_CODE.BadRequest });
    }
    const { socket, response } = upgrade;
    this.#sockets.add(socket);
    this.#limitUnproven();
    this.#unproven.add(socket);
    this.#serve(socket, nonce);
    return response;
  }

  /** Ends all feeds. Safe to call twice. */
  close(): void {
    for (const socket of this.#sockets) socket.close();
    this.#sockets.clear();
  }

  /** Makes room for one that is about to prove itself. */
  #limitUnproven(): void {
    const [oldest] = this.#unproven;
    if (oldest === undefined || this.#unproven.size < MAX_UNPROVEN) return;
    this.#unproven.delete(oldest);
    oldest.close();
  }

  #serve(socket: WebSocket, sessionNonce: string): void {
    const { secret, attach, detach, lose, look } = this.#options;
    const nonce = createNonce();
    let link: SessionLink | undefined;
    let hasAnswered = false;
    let isTrusted = false;
    const greet = async () => {
      const proof = await prove(secret(), "owner", sessionNonce);
      if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify({ nonce, proof }));
    };
    const admit = async (text: string) => {
      const answer = tryParseAnswer(text);
      const isAdmitted = answer !== undefined &&
        await isProven(secret(), "session", nonce, answer.proof);
      if (!isAdmitted || socket.readyState !== WebSocket.OPEN) return socket.close();
      isTrusted = true;
      this.#unproven.delete(socket);
      const wake = () => socket.readyState === WebSocket.OPEN && socket.send(LOOK);
      if (answer.session !== 0) {
        const session = { sessionId: answer.session, look: wake };
        attach(session);
        link = session;
        // What it has written while nobody could be told.
        look(answer.session);
      }
      wake();
    };
    const refuse = () => socket.close();
    const timeout = setTimeout(() => isTrusted || refuse(), HANDSHAKE_MS);
    socket.onopen = () => greet().catch(refuse);
    socket.onmessage = ({ data }) => {
      if (isTrusted) return look(link?.sessionId ?? 0);
      if (hasAnswered || typeof data !== "string" || data.length > MAX_ANSWER_UNITS) {
        return refuse();
      }
      hasAnswered = true;
      admit(data).catch(refuse);
    };
    // An error is followed by the end.
    socket.onerror = (event) => event.preventDefault();
    socket.onclose = () => {
      clearTimeout(timeout);
      this.#sockets.delete(socket);
      this.#unproven.delete(socket);
      if (link === undefined) lose();
      else detach(link);
    };
  }
}
