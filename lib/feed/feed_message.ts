/**
 * What the process that holds the port and the sessions' processes say to each other at the start of
 * a feed. After that, either side only says {@linkcode LOOK}: what there is to see is in the journal.
 *
 * @module
 */

/** What the holder of the port says first: that it knows the secret, and what to prove it with. */
export interface FeedChallenge {
  /** What the session proves its knowledge with. */
  readonly nonce: string;
  /** The proof for the session's nonce. */
  readonly proof: string;
}

/** What the session answers. */
export interface FeedAnswer {
  /** The proof for the owner's nonce. */
  readonly proof: string;
  /** The session's number in the journal; 0 stands for none, which only says that there is news. */
  readonly session: number;
}

/** 32 bytes in hexadecimal. */
const HEX_REGEXP = /^[0-9a-f]{64}$/;

/** There is something new in the journal. */
export const LOOK = "look";

/** Whether a value can be the nonce or the proof of a feed: 32 bytes in hexadecimal. */
export function isFeedNonce(value: unknown): value is string {
  return typeof value === "string" && HEX_REGEXP.test(value);
}

function tryParseObject(text: unknown): Readonly<Record<string, unknown>> {
  try {
    return Object(JSON.parse(String(text)));
  } catch {
    return {};
  }
}

/** Reads a challenge; `undefined` for anything else. */
export function tryParseChallenge(text: unknown): FeedChallenge | undefined {
  const { nonce, proof } = tryParseObject(text);
  return isFeedNonce(nonce) && isFeedNonce(proof) ? { nonce, proof } : undefined;
}

/** Reads an answer; `undefined` for anything else. */
export function tryParseAnswer(text: unknown): FeedAnswer | undefined {
  const { proof, session } = tryParseObject(text);
  const isSession = typeof session === "number" && Number.isSafeInteger(session) && session >= 0;
  return isFeedNonce(proof) && isSession ? { proof, session } : undefined;
}
