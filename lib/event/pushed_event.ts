import { formatChatId, formatEventId } from "./event_id.ts";
import type { ChannelEvent } from "./format_channel_tag.ts";

/** What is known of an event when it is written to a session. */
export interface DeliverableEvent {
  /** Its sequence number. */
  readonly seq: number;
  /** The text, cleaned. */
  readonly content: string;
  /** The attributes but those that follow from the number. */
  readonly meta: Readonly<Record<string, string>>;
  /** How often it was written to a session, this time included. */
  readonly attempts: number;
}

/** How many code points {@linkcode formatHowToAnswer} adds to a content at most. */
export const HOW_TO_ANSWER_CODE_POINTS = 200;

/** The line that says how an event is closed that nobody waits for an answer to. */
export function formatHowToClose(eventId: string): string {
  return `(No answer due: ack ${eventId}.)`;
}

/** The line that says how an event is answered: instructions are forgotten in long sessions. */
export function formatHowToAnswer(chatId: string, eventId: string): string {
  return `(Answer: reply with chat_id ${chatId}. No answer due: ack ${eventId}.)`;
}

/** Whether an event comes from a source, which listens to no answer. */
function isFromSource(meta: Readonly<Record<string, string>>): boolean {
  return meta.source_name !== undefined;
}

/** An event as it is pushed: with its id, its chat, and how to answer it. */
export function toPushedEvent({ seq, content, meta, attempts }: DeliverableEvent): Required<
  ChannelEvent
> {
  const chatId = formatChatId(seq);
  const eventId = formatEventId(seq);
  const how = isFromSource(meta) ? formatHowToClose(eventId) : formatHowToAnswer(chatId, eventId);
  const pushed: Record<string, string> = { ...meta, chat_id: chatId, event_id: eventId };
  if (attempts > 1) pushed.attempt = String(attempts);
  return { content: `${content}\n\n${how}`, meta: pushed };
}
