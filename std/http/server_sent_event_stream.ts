/**
 * A stand-in for the published `@std/http/server-sent-event-stream`: messages in, bytes out.
 *
 * Wire format: {@link https://html.spec.whatwg.org/multipage/server-sent-events.html}.
 *
 * @module
 */

/** One server-sent event. Only the fields that are present are written. */
export interface ServerSentEventMessage {
  /** Text that clients ignore, one `:` line per line. */
  comment?: string;
  /** The name of the event; one line. */
  event?: string;
  /** The payload, one `data:` line per line. */
  data?: string;
  /** The id that a client sends back as `Last-Event-ID`; one line. */
  id?: string | number;
  /** Milliseconds that a client waits before it connects again. */
  retry?: number;
}

const NEWLINE_REGEXP = /\r\n|\r|\n/;
const ENCODER = new TextEncoder();

function singleLine(field: string, value: string): string {
  if (NEWLINE_REGEXP.test(value)) {
    throw new SyntaxError(`\`${field}\` must not contain a newline`);
  }
  return `${field}:${value}`;
}

function encode(message: ServerSentEventMessage): Uint8Array {
  const lines: string[] = [];
  if (message.comment !== undefined) {
    for (const line of message.comment.split(NEWLINE_REGEXP)) lines.push(`:${line}`);
  }
  if (message.event !== undefined) lines.push(singleLine("event", message.event));
  if (message.data !== undefined) {
    for (const line of message.data.split(NEWLINE_REGEXP)) lines.push(`data:${line}`);
  }
  if (message.id !== undefined) lines.push(singleLine("id", String(message.id)));
  if (message.retry !== undefined) lines.push(`retry:${message.retry}`);
  return ENCODER.encode(lines.join("\n") + "\n\n");
}

/**
 * Transforms {@linkcode ServerSentEventMessage}s into the bytes of an event stream.
 *
 * The stream fails with a `SyntaxError` when `event` or `id` holds a newline.
 */
export class ServerSentEventStream extends TransformStream<ServerSentEventMessage, Uint8Array> {
  constructor() {
    super({
      transform(message, controller) {
        controller.enqueue(encode(message));
      },
    });
  }
}
