import { escapeControls, escapeToLine } from "../text/escape_unseen.ts";

/** A message from Claude to a chat. */
export interface Reply {
  /** The chat, as in the `chat_id` attribute of the event that is answered. */
  readonly chatId: string;
  readonly text: string;
  /** The sequence number of the event that is answered, where it is named. */
  readonly replyTo?: number | undefined;
}

/**
 * Formats a reply for the stream as documented: `Reply to <chat_id>: <text>`.
 *
 * The model wrote both parts. Terminal sequences in them could wipe a prompt off a screen with curl, so
 * controls are written out.
 */
export function formatReply({ chatId, text }: Reply): string {
  const lines = text.split(/\r\n|\r|\n/).map(escapeControls);
  return `Reply to ${escapeToLine(chatId)}: ${lines.join("\n")}`;
}
