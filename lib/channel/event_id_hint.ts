import { cleanLine } from "../text/clean_line.ts";

/** What the model is told when an id is not one of ours. */
export const EVENT_ID_HINT = 'Event ids look like "evt_01k2v9q8m2n"; inbox lists them';

/** A text in place of an id as an answer repeats it: on one line, and not at any length. */
export function quoteEventId(text: string): string {
  return `"${cleanLine(text, 64)}"`;
}
