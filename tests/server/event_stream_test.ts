import { assert, assertEquals, assertRejects } from "@std/assert";
import { EventStream } from "../../server/event_stream.ts";
import { until } from "../_until.ts";

function readText(stream: ReadableStream<Uint8Array> | undefined) {
  assert(stream !== undefined, "there must be a stream");
  const reader = stream.pipeThrough(new TextDecoderStream()).getReader();
  return { next: async () => (await reader.read()).value, cancel: () => reader.cancel() };
}

Deno.test("EventStream greets, then sends every message as data lines [sse.plain-format]", async () => {
  const events = new EventStream();
  const first = readText(events.listen());
  const second = readText(events.listen());
  assertEquals(await first.next(), ": connected\n\n");
  assertEquals(await second.next(), ": connected\n\n");
  events.broadcast("Reply to 1: a\n\nb");
  assertEquals(await first.next(), "data: Reply to 1: a\ndata: \ndata: b\n\n");
  assertEquals(await second.next(), "data: Reply to 1: a\ndata: \ndata: b\n\n");
  await events.close();
  assertEquals(await first.next(), undefined);
  assertEquals(await second.next(), undefined);
});

Deno.test("EventStream sends what was broadcast before it closes", async () => {
  const events = new EventStream();
  const listener = readText(events.listen());
  await listener.next();
  events.broadcast("bye");
  await events.close();
  assertEquals(await listener.next(), "data: bye\n\n");
  assertEquals(await listener.next(), undefined);
  await events.close();
});

Deno.test("EventStream takes nothing more once it begins to close", async () => {
  const events = new EventStream();
  const listener = readText(events.listen());
  await listener.next();
  events.broadcast("last");
  events.close();
  const closing = events.close();
  events.broadcast("too late");
  assertEquals(events.listen(), undefined);
  await closing;
  assertEquals(await listener.next(), "data: last\n\n");
  assertEquals(await listener.next(), undefined);
});

Deno.test("EventStream splits lines as the format does, and no others", async () => {
  const events = new EventStream();
  const listener = readText(events.listen());
  await listener.next();
  events.broadcast("a\r\nb\u2028c\rd");
  assertEquals(await listener.next(), "data: a\ndata: b\u2028c\ndata: d\n\n");
  await events.close();
});

Deno.test("EventStream takes no more streams than allowed [sse.stream-limit]", async () => {
  const events = new EventStream({ maxStreams: 2 });
  const first = readText(events.listen());
  const second = readText(events.listen());
  assertEquals(events.listen(), undefined);
  await first.cancel();
  await until("one listens", () => events.size === 1);
  const third = readText(events.listen());
  await third.cancel();
  await second.cancel();
  await until("nobody listens", () => events.size === 0);
});

Deno.test("EventStream cuts off a reader that is too slow, and no other [sse.slow-reader]", async () => {
  const events = new EventStream({ maxQueuedBytes: 1000 });
  const slow = events.listen()?.getReader();
  const fast = readText(events.listen());
  await fast.next();
  for (let i = 0; i < 30; i++) {
    events.broadcast("x".repeat(100));
    assertEquals((await fast.next())?.length, 108);
  }
  assertEquals(events.size, 1);
  await assertRejects(
    async () => {
      while (slow !== undefined && !(await slow.read()).done);
    },
    Error,
    "too slow",
  );
  await events.close();
});

Deno.test("EventStream sends a comment to keep streams open [sse.heartbeat]", async () => {
  const events = new EventStream({ heartbeatMs: 5 });
  const listener = readText(events.listen());
  await listener.next();
  assertEquals(await listener.next(), ": heartbeat\n\n");
  assertEquals(await listener.next(), ": heartbeat\n\n");
  await listener.cancel();
  await until("nobody listens", () => events.size === 0);
  events.broadcast("nobody hears this");
});
