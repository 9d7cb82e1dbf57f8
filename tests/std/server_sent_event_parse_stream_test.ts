import { assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  type ServerSentEventParsedMessage,
  ServerSentEventParseStream,
} from "../../std/http/server_sent_event_parse_stream.ts";
import {
  type ServerSentEventMessage,
  ServerSentEventStream,
} from "../../std/http/server_sent_event_stream.ts";

const ENCODER = new TextEncoder();

function parse(chunks: readonly (string | Uint8Array)[]): Promise<ServerSentEventParsedMessage[]> {
  const bytes = chunks.map((chunk) => typeof chunk === "string" ? ENCODER.encode(chunk) : chunk);
  return Array.fromAsync(ReadableStream.from(bytes).pipeThrough(new ServerSentEventParseStream()));
}

async function write(messages: readonly ServerSentEventMessage[]): Promise<string> {
  const stream = ReadableStream.from(messages).pipeThrough(new ServerSentEventStream());
  return new TextDecoder().decode(await new Response(stream).bytes());
}

Deno.test("ServerSentEventParseStream reads the fields that the specification knows", async () => {
  const cases: [string, ServerSentEventParsedMessage[]][] = [
    ["data:hello\n\n", [{ data: "hello" }]],
    ["data: hello\n\n", [{ data: "hello" }]],
    ["data:  hello\n\n", [{ data: " hello" }]],
    ["data:a\ndata:b\n\n", [{ data: "a\nb" }]],
    ["data:\n\n", [{ data: "" }]],
    ["data\n\n", [{ data: "" }]],
    ["data:a:b: c\n\n", [{ data: "a:b: c" }]],
    [":connected\n\n", [{ comment: "connected" }]],
    [":a\n:b\n\n", [{ comment: "a\nb" }]],
    ["event:a\nevent:b\n\n", [{ event: "b" }]],
    ["id:1\ndata:x\n\n", [{ id: "1", data: "x" }]],
    ["id:a\0b\ndata:x\n\n", [{ data: "x" }]],
    ["retry:1000\n\n", [{ retry: 1000 }]],
    ["retry:1s\nretry:-1\nretry:\ndata:x\n\n", [{ data: "x" }]],
    ["unknown:1\nData:2\n data:3\ndata:x\n\n", [{ data: "x" }]],
    ["data:a\n\n\n\ndata:b\n\n", [{ data: "a" }, { data: "b" }]],
    ["\n\n", []],
    ["", []],
    ["\ufeffdata:a\n\n", [{ data: "a" }]],
  ];
  for (const [text, messages] of cases) {
    assertEquals(await parse([text]), messages, JSON.stringify(text));
  }
});

Deno.test("ServerSentEventParseStream takes CRLF for one line ending, also in two chunks", async () => {
  const cases = [
    ["data:a\r\n", "data:b\r\n\r\n"],
    ["data:a\r", "\ndata:b\r\n\r\n"],
    ["data:a\r", "\n", "data:b\r", "\n", "\r", "\n"],
    ["data:a\r\ndata:b\r\n\r", "\n"],
    ["data:a\r", "data:b\r", "\r"],
    ["data:a\r", "data:b\n\r"],
  ];
  for (const chunks of cases) {
    assertEquals(await parse(chunks), [{ data: "a\nb" }], JSON.stringify(chunks));
  }
});

Deno.test("ServerSentEventParseStream puts characters together that come in two chunks", async () => {
  const bytes = ENCODER.encode("data:é😀\n\n");
  for (let at = 0; at <= bytes.length; at++) {
    const chunks = [bytes.slice(0, at), bytes.slice(at)];
    assertEquals(await parse(chunks), [{ data: "é😀" }], String(at));
  }
});

Deno.test("ServerSentEventParseStream gives a message as soon as its empty line is there", async () => {
  for (const newline of ["\n", "\r\n"]) {
    const { readable, writable } = new ServerSentEventParseStream();
    const reader = readable.getReader();
    const writer = writable.getWriter();
    const written = writer.write(ENCODER.encode(`data:a${newline}${newline}`));
    assertEquals(await reader.read(), { done: false, value: { data: "a" } });
    await written;
    const rest = reader.read();
    await writer.close();
    assertEquals((await rest).done, true);
  }
});

const line = fc.string({ unit: fc.constantFrom(..."ab:é😀 \t{}") })
  // A space right after the colon is not part of a field.
  .filter((text) => !text.startsWith(" "));
const lines = fc.array(line, { minLength: 1, maxLength: 4 }).map((lines) => lines.join("\n"));

const message = fc.record({
  comment: lines,
  event: line,
  data: lines,
  id: line,
  retry: fc.nat(),
}, { requiredKeys: [] });

Deno.test("ServerSentEventParseStream reads what ServerSentEventStream wrote", async () => {
  const newline = fc.constantFrom("\n", "\r\n", "\r");
  const places = fc.array(fc.nat(400), { maxLength: 12 });
  const messages = fc.array(message, { maxLength: 5 });
  await fc.assert(
    fc.asyncProperty(messages, newline, places, async (messages, newline, places) => {
      const bytes = ENCODER.encode((await write(messages)).replaceAll("\n", newline));
      const ends = [...places.map((place) => place % (bytes.length + 1)), bytes.length]
        .toSorted((a, b) => a - b);
      const chunks = ends.map((end, index) => bytes.slice(ends[index - 1] ?? 0, end));
      const expected = messages.filter((message) => Object.keys(message).length > 0);
      assertEquals(await parse(chunks), expected.map((message) => ({ ...message })));
    }),
  );
});
