import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { tryParseResponseHead } from "../../../lib/http/response_head.ts";

const encode = (text: string) => new TextEncoder().encode(text);

Deno.test("tryParseResponseHead() reads the status and the length of the body", () => {
  const cases: [string, number, number | undefined][] = [
    ["HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\n", 200, 12],
    ["HTTP/1.1 404 \r\ncontent-length:7\r\nDate: x\r\n\r\n", 404, 7],
    ["HTTP/1.1 101\r\nUpgrade: websocket\r\n\r\n", 101, undefined],
    ["HTTP/1.1 200 OK\r\nContent-Length: 9999999999\r\n\r\n", 200, undefined],
    ["HTTP/1.1 200 OK\r\nX-Content-Length: 1\r\n\r\n", 200, undefined],
  ];
  for (const [text, status, contentLength] of cases) {
    const expected = { status, contentLength, byteLength: text.length };
    assertEquals(tryParseResponseHead(encode(`${text}content-length: 1\r\n`)), expected, text);
  }
});

Deno.test("tryParseResponseHead() takes nothing that is incomplete or no HTTP/1.1", () => {
  const texts = [
    "",
    "HTTP/1.1 200 OK\r\n",
    "HTTP/1.1 200 OK\n\n",
    "HTTP/2 200\r\n\r\n",
    "HTTP/1.1 20\r\n\r\n",
    "HTTP/1.1 2000\r\n\r\n",
    " HTTP/1.1 200 OK\r\n\r\n",
    "SSH-2.0-OpenSSH\r\n\r\n",
  ];
  for (const text of texts) assertEquals(tryParseResponseHead(encode(text)), undefined, text);
});

Deno.test("tryParseResponseHead() reads any bytes without throwing", () => {
  fc.assert(fc.property(fc.uint8Array(), (bytes) => {
    tryParseResponseHead(bytes);
  }));
});
