import { assert, assertEquals, assertRejects } from "@std/assert";
import { QueueFullError, StdioTransport } from "../../../server/channel/stdio_transport.ts";
import { until } from "../../_until.ts";

const PING = { jsonrpc: "2.0", method: "ping" } as const;

/** A transport whose client writes lines and reads when it is told to. */
function createFixture(options: { maxQueuedUnits?: number; maxLineBytes?: number } = {}) {
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const writer = writable.getWriter();
  const written: string[] = [];
  const logged: string[] = [];
  let gate = Promise.resolve();
  let isBroken = false;
  const transport = new StdioTransport({
    ...options,
    input: readable,
    async write(text) {
      await gate;
      if (isBroken) throw new Deno.errors.BrokenPipe("Broken pipe");
      written.push(text);
    },
    log: {
      info: (message) => void logged.push(message),
      warn: (message) => void logged.push(message),
    },
  });
  const received: unknown[] = [];
  let closedTimes = 0;
  transport.onmessage = (message) => void received.push(message);
  transport.onclose = () => void closedTimes++;
  return {
    transport,
    written,
    logged,
    received,
    closedTimes: () => closedTimes,
    send: (text: string) => writer.write(new TextEncoder().encode(text)),
    end: () => writer.close(),
    breakPipe: () => isBroken = true,
    stall() {
      const { promise, resolve } = Promise.withResolvers<void>();
      gate = promise;
      return resolve;
    },
  };
}

Deno.test("StdioTransport writes one JSON line per message, batched by turn [stdio.json-lines]", async () => {
  const { transport, written, end, closedTimes } = createFixture();
  await transport.start();
  await Promise.all([transport.send(PING), transport.send({ ...PING, method: "other" })]);
  await until("both are written", () => written.length > 0);
  assertEquals(written, [
    '{"jsonrpc":"2.0","method":"ping"}\n{"jsonrpc":"2.0","method":"other"}\n',
  ]);
  await end();
  await until("it is closed", () => closedTimes() === 1);
});

Deno.test("StdioTransport keeps the order while a write is under way", async () => {
  const { transport, written, stall } = createFixture();
  const resume = stall();
  for (let i = 0; i < 100; i++) {
    await transport.send({ ...PING, method: `m${i}` });
    if (i % 10 === 0) await null;
  }
  resume();
  const expected = Array.from({ length: 100 }, (_, i) => `m${i}`);
  const methods = () =>
    written.join("").split("\n").filter(Boolean).map((line) => JSON.parse(line).method);
  await until("all are written", () => methods().length === 100);
  assertEquals(methods(), expected);
  await transport.close();
});

Deno.test("StdioTransport refuses what does not fit and logs it once [stdio.bounded-queue]", async () => {
  const { transport, logged, written, stall } = createFixture({ maxQueuedUnits: 100 });
  const resume = stall();
  await transport.send(PING);
  await transport.send(PING);
  await assertRejects(() => transport.send(PING), QueueFullError);
  await assertRejects(() => transport.send(PING), QueueFullError);
  assertEquals(logged.length, 1);
  resume();
  await until("the log says that it goes on", () => logged.length === 2);
  assertEquals(logged[1], "The client reads again: 2 messages were refused meanwhile");
  await transport.send(PING);
  await until("the third is written", () => written.join("").split("\n").length === 4);
  await transport.close();
});

Deno.test("StdioTransport always takes the answer to a request", async () => {
  const { transport, written, stall } = createFixture({ maxQueuedUnits: 10 });
  const resume = stall();
  await assertRejects(() => transport.send(PING), QueueFullError);
  await transport.send({ jsonrpc: "2.0", id: 1, result: {} });
  resume();
  await until("it is written", () => written.length > 0);
  assertEquals(written, ['{"jsonrpc":"2.0","id":1,"result":{}}\n']);
  await transport.close();
});

Deno.test("StdioTransport lets what was taken leave before it closes, and takes no more", async () => {
  const { transport, written, closedTimes } = createFixture();
  await transport.send(PING);
  const closing = transport.close();
  await assertRejects(() => transport.send(PING), Error, "closed");
  assertEquals(closedTimes(), 0);
  await closing;
  assertEquals(written, ['{"jsonrpc":"2.0","method":"ping"}\n']);
  assertEquals(closedTimes(), 1);
});

Deno.test("StdioTransport waits for what was taken also when it is closed twice", async () => {
  const { transport, written, stall } = createFixture();
  const resume = stall();
  await transport.send(PING);
  transport.close();
  const again = transport.close();
  resume();
  await again;
  assertEquals(written.length, 1);
});

Deno.test("StdioTransport closes once at the end of the input [lifetime.end-of-input]", async () => {
  const { transport, closedTimes, end } = createFixture();
  await transport.start();
  await end();
  await until("it is closed", () => closedTimes() > 0);
  await transport.close();
  assertEquals(closedTimes(), 1);
  await assertRejects(() => transport.send(PING), Error, "closed");
});

Deno.test("StdioTransport lets what was asked before the end be answered", async () => {
  const { transport, written, send, end, closedTimes } = createFixture();
  transport.onmessage = async () => {
    await null;
    await transport.send({ jsonrpc: "2.0", id: 1, result: {} });
  };
  await transport.start();
  await send('{"jsonrpc":"2.0","id":1,"method":"ping"}\n');
  await end();
  await until("it is closed", () => closedTimes() === 1);
  assertEquals(written, ['{"jsonrpc":"2.0","id":1,"result":{}}\n']);
});

Deno.test("StdioTransport does not wait for a client that neither reads nor leaves", async () => {
  const { transport, end, closedTimes, stall } = createFixture();
  const resume = stall();
  await transport.start();
  await transport.send(PING);
  await end();
  await until("it is closed", () => closedTimes() === 1, 1000);
  resume();
});

Deno.test("StdioTransport closes on the first write that fails [lifetime.broken-pipe]", async () => {
  const { transport, closedTimes, breakPipe } = createFixture();
  await transport.start();
  breakPipe();
  await transport.send(PING);
  await until("it is closed", () => closedTimes() === 1);
});

Deno.test("StdioTransport drops what is no JSON-RPC and reads on", async () => {
  const { transport, received, logged, send } = createFixture({ maxLineBytes: 64 });
  await transport.start();
  await send('hello\n{"jsonrpc":"2.0"}\n[]\nnull\n');
  await send(`${"x".repeat(65)}\n\n`);
  await send(`${JSON.stringify(PING)}\n`);
  await until("the good one is received", () => received.length === 1);
  assertEquals(received, [PING]);
  assertEquals(logged.length, 5);
  assert(logged.every((line) => !line.includes("hello") && !line.includes("xxx")), logged.join());
  await transport.close();
});
