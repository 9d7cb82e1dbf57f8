import * as z from "zod";
import { lazySchema } from "../lazy_schema.ts";
import { type ChannelTool, defineTool } from "./define_tool.ts";
import { formatEventLine } from "../event/format_event_line.ts";
import { tryParseEventId } from "../event/event_id.ts";
import type { EventSummary } from "../event/event_record.ts";
import { EVENT_STATES, type EventState, isOpen } from "../event/event_state.ts";
import { EVENT_ID_HINT, quoteEventId } from "./event_id_hint.ts";

/** The filter of an inbox. */
export interface InboxQuery {
  readonly states: readonly EventState[];
  readonly limit: number;
  /** Only events that are older than this one. */
  readonly before?: number;
}

interface InboxToolOptions {
  /** Lists events, the newest first. */
  readonly list: (query: InboxQuery) => readonly EventSummary[];
  /** The clock, in milliseconds since the epoch. */
  readonly now: () => number;
}

const OPEN_STATES = EVENT_STATES.filter(isOpen);
const DEFAULT_LIMIT = 20;
const MAX_LIMIT = 100;

/** Creates the tool `inbox{state?, limit?, before?}`, which lists events and marks nothing. */
export function createInboxTool({ list, now }: InboxToolOptions): ChannelTool {
  return defineTool({
    name: "inbox",
    description: "List the events of this channel, by default the open ones, which may not have " +
      "been seen yet. Listing marks nothing",
    input: lazySchema(() =>
      z.object({
        state: z.enum(["open", ...EVENT_STATES]).optional()
          .describe("Which events; open by default"),
        limit: z.int().min(1).max(MAX_LIMIT).optional()
          .describe(`1 to ${MAX_LIMIT}, default ${DEFAULT_LIMIT}`),
        before: z.string().optional().describe("The event_id to go on from, for older events"),
      })
    ),
    run: ({ state = "open", limit = DEFAULT_LIMIT, before }) => {
      const beforeSeq = before === undefined ? undefined : tryParseEventId(before);
      if (before !== undefined && beforeSeq === undefined) {
        return { text: `${quoteEventId(before)} is no event id. ${EVENT_ID_HINT}`, isError: true };
      }
      const states = state === "open" ? OPEN_STATES : [state];
      const events = list({
        states,
        limit,
        ...(beforeSeq !== undefined && { before: beforeSeq }),
      });
      const older = before === undefined ? "" : ` older than ${before}`;
      if (events.length === 0) return { text: `No ${state} events${older}` };
      const count = `${events.length} ${state} event${events.length === 1 ? "" : "s"}${older}`;
      const lines = events.map((event) => formatEventLine(event, now()));
      const more = events.length === limit
        ? [`(For older ones, call inbox again with before "${events.at(-1)?.id}".)`]
        : [];
      return { text: [`${count}, newest first:`, ...lines, ...more].join("\n") };
    },
  });
}
