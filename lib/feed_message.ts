/**
 * What the process that holds the port and the sessions' processes say to each other at the start of
 * a feed. After that, either side only says {@linkcode LOOK}: what there is to see is in the journal.
 *
 * @module
 */

import * as z from "zod";

const Hex = z.string().regex(/^[0-9a-f]{64}$/);

const Challenge = z.object({ nonce: Hex, proof: Hex });

const Answer = z.object({ proof: Hex, session: z.int().nonnegative() });

/** What the holder of the port says first: that it knows the secret, and what to prove it with. */
export type FeedChallenge = z.infer<typeof Challenge>;

/** What the session answers; number 0 stands for no session, which only says that there is news. */
export type FeedAnswer = z.infer<typeof Answer>;

/** There is something new in the journal. */
export const LOOK = "look";

/** Whether a text can be the nonce or the proof of a feed: 32 bytes in hexadecimal. */
export function isFeedNonce(text: string | null | undefined): text is string {
  return Hex.safeParse(text).success;
}

function tryParse<T>(schema: z.ZodType<T>, text: unknown): T | undefined {
  try {
    return schema.safeParse(JSON.parse(String(text))).data;
  } catch {
    return undefined;
  }
}

/** Reads a challenge; `undefined` for anything else. */
export function tryParseChallenge(text: unknown): FeedChallenge | undefined {
  return tryParse(Challenge, text);
}

/** Reads an answer; `undefined` for anything else. */
export function tryParseAnswer(text: unknown): FeedAnswer | undefined {
  return tryParse(Answer, text);
}
