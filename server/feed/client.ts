import { formatAnswer, NEWS, tryParseChallenge, VERDICT } from "../../lib/feed/feed_message.ts";
import { createNonce, isProven, prove } from "./proof.ts";

/** Options of {@linkcode openFeed}. */
interface FeedOptions {
  /** The address of the port, such as `127.0.0.1:8788`. */
  readonly address: string;
  /** The secret of the state folder. */
  readonly secret: string;
  /**
   * Enters the session in the journal once the feed stands: before, its end could go unnoticed. Returns
   * its number there, or 0 for no session.
   */
  readonly enter: () => number;
  /** Called when there is something new in the journal, and once when the feed has begun. */
  readonly onNews?: () => void;
  /** Called when the news is a verdict for the session, and nothing else. */
  readonly onVerdict?: () => void;
}

/** An open feed to the owner of the port. */
export interface Feed {
  /** Settles when either side has ended the feed. */
  readonly ended: Promise<void>;
  /** Tells the owner that the journal has news. */
  notify(): void;
  /** Ends the feed. Safe to call twice. */
  close(): void;
}

/** The time in which the other side must prove itself, in milliseconds. */
const HANDSHAKE_MS = 2000;

/**
 * Opens a feed.
 *
 * @returns The feed, or `undefined` when the owner of the port does not know the secret.
 */
export async function openFeed(options: FeedOptions): Promise<Feed | undefined> {
  const { address, secret, enter, onNews, onVerdict } = options;
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
    socket.send(formatAnswer({ proof, session: enter(), knowsVerdict: onVerdict !== undefined }));
  };
  socket.onmessage = ({ data }) => {
    if (!isTrusted) return void answer(data).catch(() => begun.resolve(false));
    if (data === VERDICT) return onVerdict?.();
    if (data !== NEWS) return;
    begun.resolve(true);
    onNews?.();
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
    notify: () => socket.readyState === WebSocket.OPEN && socket.send(NEWS),
    close: () => socket.close(),
  };
}
