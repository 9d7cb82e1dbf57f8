import { escapeControls, escapeToLine } from "../text/escape_unseen.ts";
import type { Reply } from "../channel/reply_tool.ts";

/**
 * Formats a reply for the stream as documented: `Reply to <chat_id>: <text>`.
 *
 * The model wrote both parts. Terminal sequences in them could wipe a prompt off the screen of whoever
 * watches with curl, so controls are written out.
 */
export function formatReply({ chatId, text }: Reply): string {
  const lines = text.split(/\r\n|\r|\n/).map(escapeControls);
  return `Reply to ${escapeToLine(chatId)}: ${lines.join("\n")}`;
}
