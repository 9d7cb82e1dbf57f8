import * as z from "zod";
import { cleanLine } from "../text/clean_line.ts";
import { lazySchema } from "../lazy_schema.ts";
import { type ChannelTool, defineTool } from "./define_tool.ts";
import { formatEventId, tryParseEventId } from "../event/event_id.ts";
import { EVENT_ID_HINT, quoteEventId } from "./event_id_hint.ts";

interface AckToolOptions {
  /** Closes an event, with a remark; returns whether there is such an event. */
  readonly close: (seq: number, note: string | undefined) => boolean;
}

const MAX_EVENTS = 100;
const MAX_NOTE_CODE_POINTS = 500;

/** Creates the tool `ack{event_ids, note?}`, which closes events without a reply. */
export function createAckTool({ close }: AckToolOptions): ChannelTool {
  return defineTool({
    name: "ack",
    description: "Acknowledge events that need no reply, so that they are not offered again",
    input: lazySchema(() =>
      z.object({
        event_ids: z.array(z.string()).min(1).max(MAX_EVENTS)
          .describe(`The event_id attributes of the events, at most ${MAX_EVENTS}`),
        note: z.string().optional().describe("A remark for the history, such as why"),
      })
    ),
    run: ({ event_ids, note }) => {
      const remark = cleanLine(note ?? "", MAX_NOTE_CODE_POINTS) || undefined;
      const closed: string[] = [];
      const unknown: string[] = [];
      for (const id of new Set(event_ids)) {
        const seq = tryParseEventId(id);
        if (seq !== undefined && close(seq, remark)) closed.push(formatEventId(seq));
        else unknown.push(id);
      }
      const done = closed.length > 0 ? [`acknowledged: ${closed.join(", ")}`] : [];
      const failed = unknown.length > 0
        ? [`There is no event ${unknown.map(quoteEventId).join(" or ")}. ${EVENT_ID_HINT}`]
        : [];
      return { text: [...done, ...failed].join("\n"), isError: closed.length === 0 };
    },
  });
}
