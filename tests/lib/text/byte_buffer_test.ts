import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { ByteBuffer } from "../../../lib/text/byte_buffer.ts";

Deno.test("ByteBuffer holds the bytes of all pieces in order", () => {
  fc.assert(fc.property(fc.array(fc.uint8Array({ maxLength: 40 })), (pieces) => {
    const buffer = new ByteBuffer();
    for (const piece of pieces) buffer.append(piece);
    const expected = pieces.flatMap((piece) => [...piece]);
    assertEquals(buffer.length, expected.length);
    assertEquals([...buffer.take()], expected);
    assertEquals(buffer.length, 0);
    assertEquals(buffer.take().length, 0);
  }));
});

Deno.test("ByteBuffer does not keep the memory that small pieces come in", () => {
  const buffer = new ByteBuffer();
  const pieces = Array.from({ length: 1000 }, (_, i) => {
    const large = new Uint8Array(4096);
    large[0] = i % 256;
    return large.subarray(0, 1);
  });
  for (const piece of pieces) buffer.append(piece);
  const bytes = buffer.take();
  assertEquals(bytes[999], 999 % 256);
  assert(bytes.buffer.byteLength <= 2048, String(bytes.buffer.byteLength));
});

Deno.test("ByteBuffer grows no further than the most bytes that come", () => {
  for (const maxBytes of [700, 1000, 1024]) {
    const buffer = new ByteBuffer(maxBytes);
    for (let i = 0; i < maxBytes; i++) buffer.append(Uint8Array.of(i % 256));
    const bytes = buffer.take();
    assertEquals([bytes.length, bytes.buffer.byteLength], [maxBytes, maxBytes]);
    assertEquals(bytes[maxBytes - 1], (maxBytes - 1) % 256);
  }
});
