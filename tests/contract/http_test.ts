import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { until } from "../_until.ts";
import { Session, TRUSTING } from "./_session.ts";

/** Sends bytes over a connection of its own and reads the answer until the server ends it. */
async function exchange(port: number, request: string): Promise<string> {
  using connection = await Deno.connect({ hostname: "127.0.0.1", port });
  await connection.write(new TextEncoder().encode(request));
  const decoder = new TextDecoder();
  const buffer = new Uint8Array(4096);
  let answer = "";
  for (;;) {
    const length = await connection.read(buffer).catch(() => null);
    if (length === null) return answer;
    answer += decoder.decode(buffer.subarray(0, length), { stream: true });
    // Not every refusal ends the connection; its status line is all that is looked at.
    if (answer.includes("\r\n\r\n")) return answer;
  }
}

function statusOf(answer: string): number {
  return Number(/^HTTP\/1\.[01] (\d{3})/.exec(answer)?.[1]);
}

Deno.test("the guards hold on the wire: absent, allowed, refused, look-alike, malformed [guard.host] [guard.origin]", async () => {
  await using session = await Session.start();
  const { port } = session;
  const cases: [status: number, headers: string][] = [
    [200, `Host: localhost:${port}`],
    [200, "Host: 127.0.0.1"],
    [200, "Host: [::1]"],
    [200, `Host: LOCALHOST:${port}\r\nOrigin: http://localhost:${port}`],
    [200, "Host: localhost\r\nSec-Fetch-Site: none"],
    [403, "X-No-Host: 1"],
    [403, "Host:"],
    [403, "Host: evil.example"],
    [403, `Host: localhost.evil.example:${port}`],
    [403, "Host: localhost."],
    [403, "Host: 127.0.0.1.nip.io"],
    [403, "Host: [::2]"],
    [403, "Host: 0.0.0.0"],
    [403, "Host: dev@localhost"],
    [403, "Host: localhost, evil.example"],
    [403, "Host: localhost\r\nOrigin: null"],
    [403, "Host: localhost\r\nOrigin: http://localhost:3000"],
    [403, "Host: localhost\r\nOrigin: http://localhost.evil.example"],
    [403, "Host: localhost\r\nOrigin: http://localhost\r\nSec-Fetch-Site: cross-site"],
    [403, "Host: localhost\r\nSec-Fetch-Site: same-site"],
    [400, "Host: localhost\r\nHost: evil.example"],
    [400, "Host: localhost\r\nContent-Length: 3"],
    [400, "Host: localhost\r\nTransfer-Encoding: chunked"],
  ];
  for (const [expected, headers] of cases) {
    const head = `POST / HTTP/1.1\r\n${headers}\r\nX-Sender: dev\r\nContent-Length: 2`;
    const answer = await exchange(port, `${head}\r\nConnection: close\r\n\r\nhi`);
    assertEquals(statusOf(answer), expected, headers);
  }
  const accepted = cases.filter(([status]) => status === 200).length;
  await until("what passed has arrived", () => session.notifications.length === accepted);
});

Deno.test("a body that does not end gets 408 after ten seconds [http.body-deadline]", async () => {
  await using session = await Session.start();
  const start = performance.now();
  const answer = await exchange(
    session.port,
    "POST / HTTP/1.1\r\nHost: localhost\r\nX-Sender: dev\r\nContent-Length: 10\r\n\r\nhi",
  );
  assertEquals(statusOf(answer), 408);
  const elapsedMs = performance.now() - start;
  assert(elapsedMs > 9_000 && elapsedMs < 13_000, `after ${elapsedMs} ms`);
});

Deno.test("a body over a mebibyte gets 413, whether its length is announced or not [http.body-limit]", async () => {
  await using session = await Session.start();
  const mebibyte = 1024 * 1024;
  assertEquals((await session.post("x".repeat(mebibyte))).status, 200);
  assertEquals((await session.post("x".repeat(mebibyte + 1))).status, 413);
  const head =
    "POST / HTTP/1.1\r\nHost: localhost\r\nX-Sender: dev\r\nTransfer-Encoding: chunked\r\n\r\n";
  const chunk = `10000\r\n${"x".repeat(0x10000)}\r\n`;
  const answer = await exchange(session.port, head + chunk.repeat(17));
  assertEquals(statusOf(answer), 413);
  const { params } = await session.take();
  assertMatch(String(params.content), /… \(\+\d+\)\n\n\(Answer: /);
  assertEquals(session.notifications, []);
});

Deno.test("bytes that are no text get 415 and nothing is forwarded [http.utf8-only]", async () => {
  await using session = await Session.start();
  assertEquals((await session.post(Uint8Array.of(0x50, 0x4b, 0xff, 0))).status, 415);
  assertEquals((await session.post("text")).status, 200);
  assertMatch(String((await session.take()).params.content), /^text\n/);
  assertEquals(session.notifications, []);
});

Deno.test("2,000 posts over 32 connections arrive, each once and in the order of its sender", async () => {
  await using session = await Session.start();
  await Promise.all(Array.from({ length: 32 }, async (_, worker) => {
    for (let i = 0; i < 63; i++) assertEquals((await session.post(`${worker} ${i}`)).text, "ok");
  }));
  await until("all have arrived", () => session.notifications.length >= 2016);
  const next = new Map<string, number>();
  for (const { params } of session.notifications) {
    const [worker = "", i] = String(params.content).split(/\s/);
    assertEquals(Number(i), next.get(worker) ?? 0, `sender ${worker}`);
    next.set(worker, Number(i) + 1);
  }
  assertEquals(session.notifications.length, 2016);
});

Deno.test("200 listeners all hear every message; 257 are too many [sse.fan-out] [sse.stream-limit]", async () => {
  const args = [...TRUSTING, "--max-streams-per-sender", "256"];
  await using session = await Session.start({ args });
  const heard: string[] = [];
  const aborts = new AbortController();
  const listen = async () => {
    const { signal } = aborts;
    const response = await fetch(`${session.url}/events`, { signal });
    const index = heard.push("") - 1;
    if (response.status !== 200) {
      await response.body?.cancel();
      return response.status;
    }
    (async () => {
      for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
        heard[index] += chunk;
      }
    })().catch(() => {});
    return 200;
  };
  for (let i = 0; i < 200; i++) assertEquals(await listen(), 200);
  await session.reply("1", "one");
  await session.reply("1", "two");
  const expected = ": connected\n\ndata: Reply to 1: one\n\ndata: Reply to 1: two\n\n";
  await until("all have heard", () => heard.every((text) => text === expected));
  for (let i = 200; i < 256; i++) assertEquals(await listen(), 200);
  assertEquals(await listen(), 503);
  const health = await (await fetch(`${session.url}/healthz`)).json();
  assertEquals(health.streams, 256);
  aborts.abort();
  await until("they are gone", async () => {
    const { streams } = await (await fetch(`${session.url}/healthz`)).json();
    return streams === 0;
  });
});

Deno.test("a verdict counts once, for a request that is open [verdict.once] [verdict.not-chat]", async () => {
  await using session = await Session.start();
  const early = await session.post("yes abcde");
  assertEquals(early.status, 409);
  assertStringIncludes(early.text, "never asked");
  await session.ask("abcde");
  await until("it is asked", async () => (await session.post("No ABCDE")).status === 200);
  const late = await session.post("yes abcde");
  assertEquals(late.status, 409);
  assertStringIncludes(late.text, "answered already: denied");
  await until("the verdict has come", () => session.notifications.length > 0);
  assertEquals(session.notifications.map(({ method, params }) => ({ method, params })), [{
    method: "notifications/claude/channel/permission",
    params: { request_id: "abcde", behavior: "deny" },
  }]);
});
