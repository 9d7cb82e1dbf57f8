import { assert } from "@std/assert";
import type {
  Audience,
  Outbound,
  OutboundMessage,
  StreamFormat,
} from "../../lib/event/outbound.ts";
import { EventStream, type EventStreamOptions } from "../../server/http/event_stream.ts";

/** A listener that sees everything. */
export const LISTENER: Audience = { id: "dev", chats: "all", approves: true };

/** Reads a stream chunk by chunk, as text. */
export function readText(stream: ReadableStream<Uint8Array> | string) {
  assert(typeof stream !== "string", `there must be a stream: ${stream}`);
  const reader = stream.pipeThrough(new TextDecoderStream()).getReader();
  return { next: async () => (await reader.read()).value, cancel: () => reader.cancel() };
}

/** An event stream and its messages. */
export function createFixture(options: Partial<EventStreamOptions<Audience>> = {}) {
  const messages: OutboundMessage[] = [];
  const source = {
    lastId: () => messages.length,
    after: (id: number, limit: number) => messages.slice(id, id + limit),
  };
  const events = new EventStream({ source, ...options });
  const add = (outbound: Outbound, recipient: string | null = null) =>
    void messages.push({ id: messages.length + 1, at: 0, recipient, outbound });
  return {
    events,
    messages,
    add,
    listen: (format: StreamFormat = "plain", after?: number, caller = LISTENER) =>
      readText(events.listen({ caller, format, after })),
    addReply: (text: string) => add({ kind: "reply", chat_id: "1", text }),
    addStatus: () => add({ kind: "status", event_id: "evt_1", state: "seen" }),
    say(text: string) {
      this.addReply(text);
      events.pump();
    },
  };
}
