import { cleanLine } from "../text/clean_line.ts";

/** The hint for the model when an id is malformed or unknown. */
export const EVENT_ID_HINT = 'Event ids look like "evt_01k2v9q8m2n"; inbox lists them';

/** Quotes a text that was given as an id, on one line and cut. */
export function quoteEventId(text: string): string {
  return `"${cleanLine(text, 64)}"`;
}
