/**
 * A stand-in for the published `@std/http/server-sent-event-parse-stream`: bytes in, messages out.
 *
 * Wire format: {@link https://html.spec.whatwg.org/multipage/server-sent-events.html}.
 *
 * @module
 */

/** A server-sent event as a client reads it. */
export interface ServerSentEventParsedMessage {
  /** Comment lines, joined by newlines. */
  comment?: string;
  /** The name of the event. */
  event?: string;
  /** The payload, its lines joined by newlines. */
  data?: string;
  /** The event's id. */
  id?: string;
  /** Milliseconds to wait before connecting again. */
  retry?: number;
}

function append(before: string | undefined, line: string): string {
  return before === undefined ? line : `${before}\n${line}`;
}

/** Reads one line into `message` and ignores unknown fields. */
function readField(message: ServerSentEventParsedMessage, line: string): void {
  const colon = line.indexOf(":");
  const field = colon === -1 ? line : line.slice(0, colon);
  const raw = colon === -1 ? "" : line.slice(colon + 1);
  const value = raw.startsWith(" ") ? raw.slice(1) : raw;
  switch (field) {
    case "":
      message.comment = append(message.comment, raw);
      break;
    case "event":
      message.event = value;
      break;
    case "data":
      message.data = append(message.data, value);
      break;
    case "id":
      if (!value.includes("\0")) message.id = value;
      break;
    case "retry":
      if (/^\d+$/.test(value)) message.retry = Number(value);
      break;
  }
}

/** Transforms the bytes of an event stream into {@linkcode ServerSentEventParsedMessage}s. */
export class ServerSentEventParseStream
  extends TransformStream<Uint8Array, ServerSentEventParsedMessage> {
  constructor() {
    const decoder = new TextDecoder();
    let rest = "";
    let message: ServerSentEventParsedMessage = {};
    const dispatch = (controller: TransformStreamDefaultController) => {
      if (Object.keys(message).length > 0) controller.enqueue(message);
      message = {};
    };
    const readLine = (line: string, controller: TransformStreamDefaultController) => {
      if (line === "") dispatch(controller);
      else readField(message, line);
    };
    super({
      transform(chunk, controller) {
        rest += decoder.decode(chunk, { stream: true });
        // A final CR may be the first half of a CRLF whose LF comes with the next chunk.
        const lines = rest.split(/\r\n|\n|\r(?!$)/);
        rest = lines.pop() ?? "";
        for (const line of lines) readLine(line, controller);
      },
      flush(controller) {
        rest += decoder.decode();
        if (rest !== "") readLine(rest.replace(/\r$/, ""), controller);
        dispatch(controller);
      },
    });
  }
}
