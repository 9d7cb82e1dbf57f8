import { formatChatId, formatEventId } from "./event_id.ts";
import type { ChannelEvent } from "./format_channel_tag.ts";

/** An event that is written to a session. */
export interface DeliverableEvent {
  readonly seq: number;
  readonly content: string;
  /** The attributes without those that follow from the number. */
  readonly meta: Readonly<Record<string, string>>;
  /** The number of times that it was written to a session, this time included. */
  readonly attempts: number;
}

/** The most code points that {@linkcode formatHowToAnswer} adds to a content. */
export const HOW_TO_ANSWER_CODE_POINTS = 200;

/** Formats the line that says how to close an event whose source listens to no answer. */
export function formatHowToClose(eventId: string): string {
  return `(No answer due: ack ${eventId}.)`;
}

/** Formats the line that says how to answer an event: long sessions forget their instructions. */
export function formatHowToAnswer(chatId: string, eventId: string): string {
  return `(Answer: reply with chat_id ${chatId}. No answer due: ack ${eventId}.)`;
}

/** Adds the id and the chat of an event, and the line that says how to answer it. */
export function toPushedEvent({ seq, content, meta, attempts }: DeliverableEvent): Required<
  ChannelEvent
> {
  const chatId = formatChatId(seq);
  const eventId = formatEventId(seq);
  const isFromSource = meta.source_name !== undefined;
  const how = isFromSource ? formatHowToClose(eventId) : formatHowToAnswer(chatId, eventId);
  const pushed: Record<string, string> = { ...meta, chat_id: chatId, event_id: eventId };
  if (attempts > 1) pushed.attempt = String(attempts);
  return { content: `${content}\n\n${how}`, meta: pushed };
}
