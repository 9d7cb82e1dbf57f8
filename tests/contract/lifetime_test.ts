import {
  assert,
  assertEquals,
  assertGreaterOrEqual,
  assertLessOrEqual,
  assertStringIncludes,
} from "@std/assert";
import { until } from "../_until.ts";
import { HANDSHAKE, Process } from "./_process.ts";
import { sendSignal, serverCommand, Session, takeFreePort } from "./_session.ts";

async function answered(response: Response): Promise<boolean> {
  await response.body?.cancel();
  return true;
}

/** Opens a stream and waits for its greeting. */
async function listen(url: string): Promise<ReadableStreamDefaultReader<Uint8Array>> {
  const response = await fetch(`${url}/events`);
  const reader = response.body!.getReader();
  await reader.read();
  return reader;
}

Deno.test("the process ends at the end of stdin, with a stream open [lifetime.end-of-input]", async () => {
  await using server = new Process();
  await server.handshake();
  const stream = await listen(server.url);
  await server.stdin.close();
  const { code, ms } = await server.ended();
  assertEquals(code, 0);
  assertLessOrEqual(ms, 1000);
  assertEquals((await stream.read()).done, true);
});

for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) {
  Deno.test(`the process ends on ${signal}, with a stream and a half-sent body [lifetime.signals]`, async () => {
    await using server = new Process();
    await server.handshake();
    const stream = await listen(server.url);
    using half = await Deno.connect({ hostname: "127.0.0.1", port: server.port });
    const head =
      "POST / HTTP/1.1\r\nHost: localhost\r\nX-Sender: dev\r\nContent-Length: 9\r\n\r\nhi";
    await half.write(new TextEncoder().encode(head));
    server.child.kill(signal);
    const { code, ms } = await server.ended();
    assertEquals(code, 0);
    assertLessOrEqual(ms, 1000);
    await stream.cancel().catch(() => {});
  });
}

Deno.test("what was answered ok has left before the process ends on a signal [lifetime.signals]", async () => {
  await using server = new Process();
  await server.handshake();
  const stream = await listen(server.url);
  let text = "";
  const lines = (async () => {
    for await (const chunk of server.child.stdout.pipeThrough(new TextDecoderStream())) {
      text += chunk;
    }
    return text.split("\n").filter((line) => line.includes('notifications/claude/channel"'));
  })();
  let accepted = 0;
  accepted += await server.post("first") === 200 ? 1 : 0;
  await until("the client has settled", () => text.includes('notifications/claude/channel"'));
  const posting = Promise.all(Array.from({ length: 8 }, async () => {
    for (;;) {
      const status = await server.post("hello").catch(() => undefined);
      if (status !== 200) return;
      accepted++;
      // Replies go out while the streams close.
      const params = { name: "reply", arguments: { chat_id: "1", text: "hi" } };
      await server.send({ id: accepted, method: "tools/call", params }).catch(() => {});
    }
  }));
  await until("posts come in", () => accepted > 200);
  server.child.kill("SIGTERM");
  assertEquals((await server.ended()).code, 0);
  await posting;
  assertGreaterOrEqual((await lines).length, accepted);
  await stream.cancel().catch(() => {});
});

Deno.test("the process ends when its stdout breaks [lifetime.broken-pipe]", async () => {
  await using server = new Process();
  await server.handshake();
  await server.child.stdout.cancel();
  await server.post("one");
  const { code, ms } = await server.ended();
  assertEquals(code, 0);
  assertLessOrEqual(ms, 1000);
});

Deno.test("the process ends when its client is killed [lifetime.client-killed]", async () => {
  const port = takeFreePort();
  // The shell stands for the client: it holds both ends of the server's pipes, and `cat` what it says.
  const client = new Deno.Command("sh", {
    args: ["-c", 'cat | "$0" "$@" | cat', ...serverCommand(port)],
    stdin: "piped",
    stdout: "null",
    stderr: "null",
  }).spawn();
  const stdin = client.stdin.getWriter();
  for (const message of HANDSHAKE) {
    await stdin.write(
      new TextEncoder().encode(JSON.stringify({ jsonrpc: "2.0", ...message }) + "\n"),
    );
  }
  const isServing = () => fetch(`http://127.0.0.1:${port}/healthz`).then(answered, () => false);
  await until("the port is open", isServing);
  client.kill("SIGKILL");
  await client.status;
  await stdin.abort().catch(() => {});
  await until("the port is free", async () => !await isServing());
});

Deno.test("a killed server leaves the port to the next one at once [lifetime.kill]", async () => {
  const port = takeFreePort();
  const first = new Process(port);
  await first.handshake();
  first.child.kill("SIGKILL");
  await first[Symbol.asyncDispose]();
  await using second = await Session.start({ port });
  assertEquals((await second.post("hi")).status, 200);
});

Deno.test("a port that another state folder's process holds leaves the tools working, and is taken over [port.taken] [port.takeover]", async () => {
  await using first = await Session.start();
  await using second = await Session.start({ port: first.port, withoutPort: true });
  await until("the log names the holder", () => second.stderr.includes("is held by"));
  assertStringIncludes(second.stderr, `the port is held by deno-channel process ${first.pid}`);
  assertEquals((await second.reply("1", "hi")).content, [{ type: "text", text: "sent" }]);
  assert(await sendSignal(first.pid, "0"), "no process touches another");
  await first[Symbol.asyncDispose]();
  await until("the port is taken over", () => second.stderr.includes("is free: listening"));
  assertEquals((await second.post("hello")).status, 200);
  assertStringIncludes(String((await second.take()).params.content), "hello");
});

Deno.test("a client that does not read freezes nothing and loses nothing [stdio.stalled-client]", async () => {
  await using server = new Process();
  await server.handshake();
  const body = "x".repeat(100_000);
  // Far more than the pipe holds, and more than the queue takes: the rest waits in the journal.
  const statuses: number[] = [];
  await until("the queue is full", async () => {
    statuses.push(await server.post(body));
    return statuses.at(-1) === 202;
  }, 20_000);
  const health = await fetch(`${server.url}/healthz`);
  assertEquals((await health.json()).status, "ok");
  assertStringIncludes(server.stderr, "The client does not read");

  let lines = 0;
  const reader = server.child.stdout.getReader();
  // The first line answers the handshake.
  while (lines < statuses.length + 1) {
    const { value, done } = await reader.read();
    if (done) break;
    for (const byte of value) if (byte === 10) lines++;
  }
  assertEquals(lines, statuses.length + 1);
  await until("the log says that it goes on", () => server.stderr.includes("reads again"));
  await until("it takes events", async () => await server.post("hi") === 200);
  reader.releaseLock();
});

Deno.test("a log without a reader freezes nothing, and says later what it has dropped [log.stalled-reader]", async () => {
  const port = takeFreePort();
  const [program, ...args] = serverCommand(port);
  const child = new Deno.Command(program, {
    args,
    stdin: "piped",
    stdout: "null",
    stderr: "piped",
  }).spawn();
  const stdin = child.stdin.getWriter();
  const stderr = child.stderr.pipeThrough(new TextDecoderStream()).getReader();
  const isServing = () => {
    const signal = AbortSignal.timeout(5000);
    return fetch(`http://127.0.0.1:${port}/healthz`, { signal }).then(answered, () => false);
  };
  // Each line that is no message is logged; all of them are more than the pipe and the queue hold.
  const flood = () => stdin.write(new TextEncoder().encode("no message\n".repeat(3000)));
  for (const message of HANDSHAKE) {
    const line = JSON.stringify({ jsonrpc: "2.0", ...message }) + "\n";
    await stdin.write(new TextEncoder().encode(line));
  }
  await until("it serves", isServing);
  await flood();
  assert(await isServing());
  let text = "";
  while (!/Dropped \d+ lines: the log was not read\n/.test(text)) {
    const { value, done } = await stderr.read();
    if (done) break;
    text += value;
  }
  assertStringIncludes(text, "Dropped");

  await flood();
  assert(await isServing());
  const start = performance.now();
  child.kill("SIGTERM");
  assertEquals((await child.status).code, 0);
  assertLessOrEqual(performance.now() - start, 1000);
  await stdin.close().catch(() => {});
  await stderr.cancel();
});

Deno.test("a client that does not read does not keep the process alive", async () => {
  await using server = new Process();
  await server.handshake();
  for (let i = 0; i < 20; i++) await server.post("x".repeat(100_000));
  await server.stdin.close();
  const { code, ms } = await server.ended();
  assertEquals(code, 0);
  assertLessOrEqual(ms, 1000);
});

Deno.test("running out of file descriptors does not end the process [lifetime.accept-loop]", async () => {
  const port = takeFreePort();
  await using server = new Process(port, [
    "sh",
    "-c",
    'ulimit -n 40; exec "$0" "$@"',
    ...serverCommand(port),
  ]);
  await server.handshake();
  const connections: Deno.Conn[] = [];
  try {
    await until("the accept loop fails", async () => {
      const connection = await Deno.connect({ hostname: "127.0.0.1", port }).catch(() => undefined);
      if (connection !== undefined) connections.push(connection);
      return server.stderr.includes("starts again");
    });
  } finally {
    for (const connection of connections) connection.close();
  }
  await until("it serves again", () => server.post("hi").then((s) => s === 200, () => false));
});
