import * as z from "zod";
import { lazySchema } from "../lazy_schema.ts";
import { type ChannelTool, defineTool } from "./define_tool.ts";
import { tryParseEventId } from "../event/event_id.ts";
import { EVENT_ID_HINT, quoteEventId } from "./event_id_hint.ts";
import type { Reply } from "../event/reply.ts";

/**
 * Creates the documented tool `reply{chat_id, text}`, with `reply_to` for the event that is answered.
 *
 * @param send Sends a reply; the model hears of its errors.
 */
export function createReplyTool(send: (reply: Reply) => void): ChannelTool {
  return defineTool({
    name: "reply",
    description: "Send a message back over this channel; it answers the events of its chat",
    input: lazySchema(() =>
      z.object({
        chat_id: z.string().min(1).describe("The chat_id attribute of the event you answer"),
        text: z.string().min(1).describe("The message to send"),
        reply_to: z.string().optional()
          .describe("The event_id of the event you answer, if it is not the one with this chat_id"),
      })
    ),
    run: ({ chat_id, text, reply_to }) => {
      const replyTo = reply_to === undefined ? undefined : tryParseEventId(reply_to);
      if (reply_to !== undefined && replyTo === undefined) {
        const text = `Not sent: ${quoteEventId(reply_to)} is no event id. ${EVENT_ID_HINT}`;
        return { text, isError: true };
      }
      send({ chatId: chat_id, text, replyTo });
      return { text: "sent" };
    },
  });
}
