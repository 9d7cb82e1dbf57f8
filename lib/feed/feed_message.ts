/**
 * The messages of a feed between the owner of the port and a session's process.
 *
 * Both prove themselves first. After that, either side only says that there is news in the journal.
 * Processes of earlier versions ignore fields and messages that they do not know.
 *
 * @module
 */

import { tryParseJson } from "../text/parse_json.ts";

/** The first message of the owner: it proves itself and challenges the session. */
interface FeedChallenge {
  /** The nonce for the session's proof. */
  readonly nonce: string;
  /** The proof for the session's nonce. */
  readonly proof: string;
}

/** The answer of the session. */
interface FeedAnswer {
  /** The proof for the owner's nonce. */
  readonly proof: string;
  /** The session's number in the journal; 0 for a process without one, which only says that there is news. */
  readonly session: number;
  /** `true` when the session knows {@linkcode VERDICT}; earlier versions hear {@linkcode NEWS} instead. */
  readonly knowsVerdict: boolean;
}

/** 32 bytes in hexadecimal. */
const HEX_REGEXP = /^[0-9a-f]{64}$/;

/** There is something new in the journal; spelled as earlier versions know it. */
export const NEWS = "look";

/** There is a verdict for the session in the journal, and nothing else. */
export const VERDICT = "verdict";

/** Returns whether a value can be the nonce or the proof of a feed. */
export function isFeedNonce(value: unknown): value is string {
  return typeof value === "string" && HEX_REGEXP.test(value);
}

function tryParseObject(text: unknown): Readonly<Record<string, unknown>> {
  return Object(typeof text === "string" ? tryParseJson(text) : undefined);
}

export function tryParseChallenge(text: unknown): FeedChallenge | undefined {
  const { nonce, proof } = tryParseObject(text);
  return isFeedNonce(nonce) && isFeedNonce(proof) ? { nonce, proof } : undefined;
}

export function tryParseAnswer(text: unknown): FeedAnswer | undefined {
  const { proof, session, knows } = tryParseObject(text);
  const isSession = typeof session === "number" && Number.isSafeInteger(session) && session >= 0;
  if (!isFeedNonce(proof) || !isSession) return undefined;
  return { proof, session, knowsVerdict: Array.isArray(knows) && knows.includes(VERDICT) };
}

export function formatAnswer({ proof, session, knowsVerdict }: FeedAnswer): string {
  return JSON.stringify({ proof, session, knows: knowsVerdict ? [VERDICT] : [] });
}
