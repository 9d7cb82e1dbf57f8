import * as z from "zod";
import { cleanLine } from "./clean_line.ts";
import { type ChannelTool, defineTool, lazySchema } from "./define_tool.ts";
import { tryParseEventId } from "./event_id.ts";
import type { EventRecord } from "./event_record.ts";
import { formatHistory } from "./format_history.ts";
import { formatHowToAnswer } from "./pushed_event.ts";

/** What the model is told when an id is not one of ours. */
export const EVENT_ID_HINT = 'Event ids look like "evt_01k2v9q8m2n"; inbox lists them';

/** A text in place of an id as an answer repeats it: on one line, and not at any length. */
export function quoteEventId(text: string): string {
  return `"${cleanLine(text, 64)}"`;
}

function formatEvent(event: EventRecord): string {
  const attributes = Object.entries(event.meta).map(([key, value]) => `${key}: ${value}`);
  return [
    `${event.id} (${event.state})`,
    ...attributes,
    ...formatHistory(event),
    "",
    event.content,
    "",
    formatHowToAnswer(event.chat, event.id),
  ].join("\n");
}

/**
 * The `read_event{event_id}` tool: the whole event, which counts as seen from then on.
 *
 * @param read Finds the event with a sequence number and marks it seen.
 */
export function createReadEventTool(read: (seq: number) => EventRecord | undefined): ChannelTool {
  return defineTool({
    name: "read_event",
    description: "Read the whole text, the attributes and the history of an event",
    input: lazySchema(() =>
      z.object({
        event_id: z.string().describe("The event_id attribute of the event"),
      })
    ),
    run: ({ event_id }) => {
      const seq = tryParseEventId(event_id);
      const event = seq === undefined ? undefined : read(seq);
      if (event === undefined) {
        return {
          text: `There is no event ${quoteEventId(event_id)}. ${EVENT_ID_HINT}`,
          isError: true,
        };
      }
      return { text: formatEvent(event) };
    },
  });
}
