import { assertEquals, assertRejects } from "@std/assert";
import {
  type ServerSentEventMessage,
  ServerSentEventStream,
} from "../../std/http/server_sent_event_stream.ts";

/** Writes messages as they are sent, one text for each. */
async function write(messages: readonly ServerSentEventMessage[]): Promise<string[]> {
  const stream = ReadableStream.from(messages).pipeThrough(new ServerSentEventStream());
  const chunks = await Array.fromAsync(stream);
  return chunks.map((chunk) => new TextDecoder().decode(chunk));
}

Deno.test("ServerSentEventStream writes the fields that are present, in order", async () => {
  const cases: [ServerSentEventMessage, string][] = [
    [{ comment: "connected" }, ":connected\n\n"],
    [{ data: "hello" }, "data:hello\n\n"],
    [{ data: "" }, "data:\n\n"],
    [{ event: "prompt", data: "x" }, "event:prompt\ndata:x\n\n"],
    [{ id: "evt_1" }, "id:evt_1\n\n"],
    [{ id: 0 }, "id:0\n\n"],
    [{ retry: 1000 }, "retry:1000\n\n"],
    [
      { retry: 1, id: "2", data: "d", event: "e", comment: "c" },
      ":c\nevent:e\ndata:d\nid:2\nretry:1\n\n",
    ],
    [{ data: "é 😀" }, "data:é 😀\n\n"],
  ];
  for (const [message, text] of cases) {
    assertEquals(await write([message]), [text], JSON.stringify(message));
  }
});

Deno.test("ServerSentEventStream writes a line for each line of data and comment", async () => {
  const cases: [string, string[]][] = [
    ["a\nb", ["a", "b"]],
    ["a\r\nb\rc", ["a", "b", "c"]],
    ["a\n\nb", ["a", "", "b"]],
    ["\n", ["", ""]],
    // Text after a newline in data must not become a field or an event of its own.
    ["a\n\nevent:forged\ndata:x", ["a", "", "event:forged", "data:x"]],
    ["a\r\rid:forged", ["a", "", "id:forged"]],
    ["a\u2028b", ["a\u2028b"]],
  ];
  for (const [text, lines] of cases) {
    const data = lines.map((line) => `data:${line}\n`).join("");
    const comment = lines.map((line) => `:${line}\n`).join("");
    assertEquals(await write([{ data: text }]), [`${data}\n`], JSON.stringify(text));
    assertEquals(await write([{ comment: text }]), [`${comment}\n`], JSON.stringify(text));
  }
});

Deno.test("ServerSentEventStream writes one chunk for each message", async () => {
  assertEquals(await write([{ data: "a" }, { data: "b" }]), ["data:a\n\n", "data:b\n\n"]);
  assertEquals(await write([]), []);
});

Deno.test("ServerSentEventStream fails on a newline in an event's name or id", async () => {
  for (const newline of ["\n", "\r", "\r\n"]) {
    const text = `a${newline}data:forged`;
    const message = JSON.stringify(newline);
    await assertRejects(() => write([{ event: text }]), SyntaxError, "event", message);
    await assertRejects(() => write([{ id: text }]), SyntaxError, "id", message);
  }
});
