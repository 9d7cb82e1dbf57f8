/**
 * The lines of a feed between the owner of the port and another process of its state folder.
 *
 * A feed is one request over plain HTTP whose body and answer both last. It begins after both sides
 * have proven themselves. Either side ignores lines that it does not know.
 *
 * @module
 */

import { tryParseJson } from "../text/parse_json.ts";

/** The owner's proof, and its challenge to the session. */
interface FeedChallenge {
  /** The nonce for the session's proof. */
  readonly nonce: string;
  /** The proof for the session's nonce. */
  readonly proof: string;
}

/** 32 bytes in hexadecimal. */
const HEX_REGEXP = /^[0-9a-f]{64}$/;

const SESSION_REGEXP = /^session (\d{1,16})$/;

/** There is something new in the journal. */
export const NEWS = "look";

/** There is a verdict for the session in the journal, and nothing else. */
export const VERDICT = "verdict";

/** A session asks whether the owner is alive. */
export const PING = "ping";

/** The owner's answer to {@linkcode PING}. */
export const PONG = "pong";

/** The longest line of a feed, in bytes. */
export const MAX_LINE_BYTES = 128;

/** Returns whether a value can be the nonce or the proof of a feed. */
export function isFeedNonce(value: unknown): value is string {
  return typeof value === "string" && HEX_REGEXP.test(value);
}

export function tryParseChallenge(text: string): FeedChallenge | undefined {
  const { nonce, proof } = Object(tryParseJson(text));
  return isFeedNonce(nonce) && isFeedNonce(proof) ? { nonce, proof } : undefined;
}

/** Names a session by its number in the journal; 0 for a process that only says that there is news. */
export function formatSessionLine(session: number): string {
  return `session ${session}`;
}

export function tryParseSessionLine(line: string): number | undefined {
  const [, digits] = SESSION_REGEXP.exec(line) ?? [];
  const session = Number(digits);
  return Number.isSafeInteger(session) ? session : undefined;
}

/** Formats a line as one chunk of a chunked body. */
export function formatChunk(line: string): string {
  return `${(line.length + 1).toString(16)}\r\n${line}\n\r\n`;
}

/** The end of a chunked body. */
export const LAST_CHUNK = "0\r\n\r\n";
