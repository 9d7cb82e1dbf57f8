import { assertEquals, assertMatch, assertStringIncludes, assertThrows } from "@std/assert";
import type { ServeOptions } from "../../lib/cli/serve_options.ts";
import { serve } from "../../server/serve.ts";
import { until } from "../_until.ts";
import { MemoryClient } from "./_memory_client.ts";
import { createScratch } from "./_scratch.ts";

const OPTIONS: ServeOptions = {
  port: 0,
  network: { trustedProxies: [], allowedHosts: [] },
  trustedSenders: ["dev"],
  trustedHeaderApproves: true,
  relay: true,
  relayFilter: {},
  permissionExpiryMs: 30 * 60_000,
  rateLimitPerMinute: 0,
  maxStreams: 4,
  maxStreamsPerSender: 4,
  stateDir: undefined,
  durability: "normal",
  defaultSession: undefined,
  retainMs: 86_400_000,
  retainBytes: 1024 * 1024,
  redeliverAfterMs: undefined,
};

async function start(options: Partial<ServeOptions> = {}) {
  const client = new MemoryClient();
  const { log, streams } = client;
  const { promise: terminated, resolve: terminate } = Promise.withResolvers<void>();
  const stateDir = createScratch();
  const environment = { stateDir, log, terminated, streams, settleMs: 0 };
  const ended = serve({ ...OPTIONS, ...options }, environment);
  const handshake = await client.handshake();
  const line = await until(
    "it listens",
    () => client.logged.find((line) => /Listening/.test(line)),
  );
  return {
    client,
    ended,
    terminate,
    capabilities: handshake.result?.capabilities,
    url: line.replace("Listening on ", ""),
  };
}

async function post(url: string, body: string): Promise<[number, string]> {
  const response = await fetch(url, {
    method: "POST",
    body,
    headers: { "x-sender": "dev", connection: "close" },
  });
  return [response.status, await response.text()];
}

Deno.test("serve() carries events in, replies and prompts out, verdicts back [walkthrough]", async () => {
  const { client, url, ended } = await start();
  const events = await fetch(`${url}/events`);
  const stream = events.body?.pipeThrough(new TextDecoderStream()).getReader();
  assertEquals((await stream?.read())?.value, ": connected\n\n");

  assertEquals(await post(url, "hello"), [200, "ok"]);
  const { params } = await client.take();
  const chatId = (params?.meta as Record<string, string>).chat_id;
  const { result } = await client.request(1, "tools/call", {
    name: "reply",
    arguments: { chat_id: chatId, text: "hi\nthere" },
  });
  assertEquals(result, { content: [{ type: "text", text: "sent" }] });
  assertEquals((await stream?.read())?.value, `data: Reply to ${chatId}: hi\ndata: > there\n\n`);

  await client.send({
    method: "notifications/claude/channel/permission_request",
    params: { request_id: "abcde", tool_name: "Bash", description: "ls", input_preview: "{}" },
  });
  assertStringIncludes((await stream?.read())?.value ?? "", 'Reply "yes abcde" or "no abcde"');
  assertEquals(await post(url, "no abcde"), [200, "verdict recorded"]);
  assertEquals((await client.take()).params, { request_id: "abcde", behavior: "deny" });

  await client.end();
  await ended;
  assertEquals((await stream?.read())?.done, true);
});

Deno.test("serve() ends when it is asked to, with a stream open", async () => {
  const { url, ended, terminate } = await start();
  const events = await fetch(`${url}/events`);
  terminate();
  await ended;
  assertMatch(await events.text(), /^: connected/);
});

Deno.test("serve() ends without ever having bound the port when the client only probes [port.probe]", async () => {
  const client = new MemoryClient();
  const { log, streams } = client;
  const stateDir = `${createScratch()}/state`;
  const terminated = new Promise(() => {});
  const ended = serve(OPTIONS, { stateDir, log, streams, terminated });
  const { error } = await client.request(1, "server/discover");
  assertEquals(error?.code, -32601);
  await client.end();
  await ended;
  assertEquals(client.logged, []);
  assertThrows(() => Deno.statSync(stateDir), Deno.errors.NotFound, undefined, "it left no trace");
});

Deno.test("serve() declares relay only with a way in and without --no-relay [relay.declared-only-with-way-in]", async () => {
  const cases: [Partial<ServeOptions>, boolean][] = [
    [{}, true],
    [{ relay: false }, false],
    [{ trustedSenders: [] }, false],
  ];
  for (const [options, isDeclared] of cases) {
    const { capabilities, client, ended } = await start(options);
    const { experimental } = capabilities as { experimental: Record<string, unknown> };
    const message = JSON.stringify(options);
    assertEquals("claude/channel/permission" in experimental, isDeclared, message);
    await client.end();
    await ended;
  }
});

Deno.test("serve() lets no sender in without --trust-header, and no verdict with --no-relay [gate.default-closed]", async () => {
  const closed = await start({ trustedSenders: [] });
  assertEquals(await post(closed.url, "hi"), [403, "forbidden"]);
  await closed.client.end();
  await closed.ended;

  const silent = await start({ relay: false });
  const answer = await post(silent.url, "yes abcde");
  assertEquals(answer, [409, 'no effect: request "abcde" was never asked']);
  await silent.client.end();
  await silent.ended;
});
