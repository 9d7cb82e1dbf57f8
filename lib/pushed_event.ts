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

/** The line that says how an event is answered: instructions are forgotten in long sessions. */
export function formatHowToAnswer(chatId: string, eventId: string): string {
  return `(Answer: reply with chat_id ${chatId}. No answer due: ack ${eventId}.)`;
}

/** An event as it is pushed: with its id, its chat, and how to answer it. */
export function toPushedEvent({ seq, content, meta, attempts }: DeliverableEvent): Required<
  ChannelEvent
> {
  const chatId = formatChatId(seq);
  const eventId = formatEventId(seq);
  return {
    content: `${content}\n\n${formatHowToAnswer(chatId, eventId)}`,
    meta: {
      ...meta,
      chat_id: chatId,
      event_id: eventId,
      ...(attempts > 1 && { attempt: String(attempts) }),
    },
  };
}
