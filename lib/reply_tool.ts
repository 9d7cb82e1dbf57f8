import * as z from "zod";
import { type ChannelTool, defineTool } from "./define_tool.ts";

/** A message from Claude to a chat. */
export interface Reply {
  /** The chat, as in the `chat_id` attribute of the event that is answered. */
  readonly chatId: string;
  /** The text. */
  readonly text: string;
}

/**
 * The documented `reply{chat_id, text}` tool.
 *
 * @param send Sends a reply on its way; what it throws is reported to the model.
 */
export function createReplyTool(send: (reply: Reply) => void): ChannelTool {
  return defineTool({
    name: "reply",
    description: "Send a message back over this channel",
    input: z.object({
      chat_id: z.string().min(1).describe("The chat_id attribute of the event you answer"),
      text: z.string().min(1).describe("The message to send"),
    }),
    run: ({ chat_id, text }) => {
      send({ chatId: chat_id, text });
      return { text: "sent" };
    },
  });
}
