/**
 * The feeds of the other processes of this state folder, at the owner of the port.
 *
 * A session is open for as long as its feed lasts. Either side says when there is something new in the
 * journal; a feed carries no event, no reply and no verdict.
 *
 * @module
 */

import { STATUS_CODE } from "@std/http/status";
import { isFeedNonce, NEWS, tryParseAnswer, VERDICT } from "../../lib/feed/feed_message.ts";
import type { SessionLink } from "../event/types.ts";
import { createNonce, isProven, prove } from "./proof.ts";

/** Options of a {@linkcode FeedServer}. */
interface FeedServerOptions {
  /** The secret of the state folder. */
  readonly secret: () => string;
  /** A session has opened. */
  attach(link: SessionLink): void;
  /** A session has ended, or lost its feed. */
  detach(link: SessionLink): void;
  /** A feed has ended before it named its session, which the journal may have already. */
  lose(): void;
  /** A session has written to the journal; `0` for another process. */
  sync(sessionId: number): void;
}

/** The time in which the other side must prove itself, in milliseconds. */
const HANDSHAKE_MS = 2000;

/** The most sockets that are unproven; for one more, the oldest is closed. */
const MAX_UNPROVEN = 32;

/** The longest answer that is read, in UTF-16 units. */
const MAX_ANSWER_UNITS = 4096;

/** Begins a WebSocket; `undefined` when the request is for none, or malformed. */
function tryUpgrade(request: Request): Deno.WebSocketUpgrade | undefined {
  try {
    return Deno.upgradeWebSocket(request);
  } catch {
    return undefined;
  }
}

export class FeedServer {
  readonly #options: FeedServerOptions;
  readonly #sockets = new Set<WebSocket>();
  /** The sockets that have not proven themselves, the oldest first. */
  readonly #unproven = new Set<WebSocket>();

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

  /** Makes room for one more unproven socket. */
  #limitUnproven(): void {
    const [oldest] = this.#unproven;
    if (oldest === undefined || this.#unproven.size < MAX_UNPROVEN) return;
    this.#unproven.delete(oldest);
    oldest.close();
  }

  #serve(socket: WebSocket, sessionNonce: string): void {
    const { secret, attach, detach, lose, sync } = this.#options;
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
      const tell = (message: string) => {
        if (socket.readyState === WebSocket.OPEN) socket.send(message);
      };
      if (answer.session !== 0) {
        const session = {
          sessionId: answer.session,
          sync: () => tell(NEWS),
          syncVerdicts: () => tell(answer.knowsVerdict ? VERDICT : NEWS),
        };
        attach(session);
        link = session;
        // The session may have written while it had no feed.
        sync(answer.session);
      }
      tell(NEWS);
    };
    const refuse = () => socket.close();
    const timeout = setTimeout(() => isTrusted || refuse(), HANDSHAKE_MS);
    socket.onopen = () => greet().catch(refuse);
    socket.onmessage = ({ data }) => {
      if (isTrusted) return sync(link?.sessionId ?? 0);
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
