/** The head of an answer over HTTP/1.1. */
interface ResponseHead {
  readonly status: number;
  /** The length of the body; `undefined` where the head does not give one. */
  readonly contentLength: number | undefined;
  /** The length of the head itself, with the empty line at its end. */
  readonly byteLength: number;
}

const END = "\r\n\r\n";

/**
 * Parses the head at the beginning of an answer.
 *
 * @param bytes What has arrived so far.
 * @returns The head; `undefined` when it is not complete, or not HTTP/1.1.
 */
export function tryParseResponseHead(bytes: Uint8Array): ResponseHead | undefined {
  // One character for each byte.
  const text = new TextDecoder("latin1").decode(bytes);
  const end = text.indexOf(END);
  const [, status] = /^HTTP\/1\.1 (\d{3})(?: |\r)/.exec(text) ?? [];
  if (end === -1 || status === undefined) return undefined;
  const [, length] = /\r\ncontent-length: *(\d{1,9})\r\n/i.exec(text.slice(0, end + 2)) ?? [];
  return {
    status: Number(status),
    contentLength: length === undefined ? undefined : Number(length),
    byteLength: end + END.length,
  };
}
