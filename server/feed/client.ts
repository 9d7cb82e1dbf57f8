/**
 * A feed from this process to the one that holds the port.
 *
 * @module
 */

import { LOOK, tryParseChallenge } from "../../lib/feed/feed_message.ts";
import { createNonce, isProven, prove } from "./proof.ts";

/** Options of {@linkcode openFeed}. */
export interface FeedOptions {
  /** The address of the port, such as `127.0.0.1:8788`. */
  readonly address: string;
  /** The secret of the state folder. */
  readonly secret: string;
  /**
   * Enters the session in the journal once the feed stands, so that its end cannot go unnoticed;
   * returns its number there, or 0 for no session.
   */
  readonly enter: () => number;
  /** Called when there is something new in the journal, and once when the feed has begun. */
  readonly look: () => void;
}

/** An open feed. */
export interface Feed {
  /** Settles when the feed has ended, whoever ended it. */
  readonly ended: Promise<void>;
  /** Tells the other side to look into the journal. */
  notify(): void;
  /** Ends the feed. Safe to call twice. */
  close(): void;
}

/** How long the other side may take to prove itself, in milliseconds. */
const HANDSHAKE_MS = 2000;

/**
 * Opens a feed.
 *
 * @returns The feed, or `undefined` when whoever holds the port does not know the secret.
 */
export async function openFeed(options: FeedOptions): Promise<Feed | undefined> {
  const { address, secret, enter, look } = options;
  const nonce = createNonce();
  const socket = new WebSocket(`ws://${address}/feed?nonce=${nonce}`);
  const begun = Promise.withResolvers<boolean>();
  const ended = Promise.withResolvers<void>();
  let isTrusted = false;
  const answer = async (text: unknown) => {
    const challenge = tryParseChallenge(text);
    if (challenge === undefined) return begun.resolve(false);
    if (!await isProven(secret, "owner", nonce, challenge.proof)) return begun.resolve(false);
    isTrusted = true;
    const proof = await prove(secret, "session", challenge.nonce);
    if (socket.readyState !== WebSocket.OPEN) return;
    socket.send(JSON.stringify({ proof, session: enter() }));
  };
  socket.onmessage = ({ data }) => {
    if (!isTrusted) return void answer(data).catch(() => begun.resolve(false));
    if (data !== LOOK) return;
    begun.resolve(true);
    look();
  };
  // An error is followed by the end.
  socket.onerror = (event) => event.preventDefault();
  socket.onclose = () => {
    begun.resolve(false);
    ended.resolve();
  };
  const timeout = setTimeout(() => begun.resolve(false), HANDSHAKE_MS);
  const hasBegun = await begun.promise;
  clearTimeout(timeout);
  if (!hasBegun) {
    socket.close();
    return undefined;
  }
  return {
    ended: ended.promise,
    notify: () => socket.readyState === WebSocket.OPEN && socket.send(LOOK),
    close: () => socket.close(),
  };
}
