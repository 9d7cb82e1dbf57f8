import { escapeControls, escapeToLine } from "../text/escape_unseen.ts";

/** A message from Claude to a chat. */
export interface Reply {
  /** The chat, as in the `chat_id` attribute of the event that is answered. */
  readonly chatId: string;
  readonly text: string;
  /** The sequence number of the event that is answered, where it is named. */
  readonly replyTo?: number | undefined;
}

/** Ends of lines, for a terminal or for the page of a browser. */
const LINE_END_REGEXP = /\r\n|[\r\n\u2028\u2029]/;

/**
 * Formats a reply for the stream: `Reply to <chat_id>: <text>`, each further line quoted by `> ` as in
 * the preview of a prompt.
 *
 * The model wrote both parts, perhaps on the word of a stranger. A line of its own could pass for a
 * prompt, for its question or for another reply, and terminal sequences could wipe a prompt off a screen
 * with curl, so controls are written out.
 */
export function formatReply({ chatId, text }: Reply): string {
  const [first = "", ...rest] = text.split(LINE_END_REGEXP).map(escapeControls);
  const quoted = rest.map((line) => line === "" ? ">" : `> ${line}`);
  return [`Reply to ${escapeToLine(chatId)}: ${first}`, ...quoted].join("\n");
}
