import {
  assert,
  assertEquals,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import * as z from "zod";
import { defineTool } from "../../../lib/channel/define_tool.ts";
import type { PermissionRequest } from "../../../lib/permission/permission.ts";
import {
  type ChannelOptions,
  createChannel,
  NotConnectedError,
} from "../../../server/channel/create_channel.ts";
import { until } from "../../_until.ts";
import { MemoryClient } from "../_memory_client.ts";

const ECHO = defineTool({
  name: "echo",
  description: "Answers with the text",
  input: z.object({ text: z.string().describe("what to say") }),
  run: ({ text }) => {
    if (text === "fail") throw new Error("It does not work");
    return { text };
  },
});

function createFixture(options: Partial<ChannelOptions> = {}) {
  const client = new MemoryClient();
  const { log, streams } = client;
  const channel = createChannel({
    name: "test",
    version: "1.2.3",
    instructions: "Read the tags",
    log,
    streams,
    ...options,
  });
  return { client, channel };
}

Deno.test("createChannel() declares the channel and its instructions [handshake.channel-capability] [handshake.instructions]", async () => {
  const { client, channel } = createFixture({ tools: [ECHO] });
  await channel.connect();
  const { result } = await client.handshake();
  assertEquals(result, {
    protocolVersion: "2025-11-25",
    capabilities: { experimental: { "claude/channel": {} }, tools: {} },
    serverInfo: { name: "test", version: "1.2.3" },
    instructions: "Read the tags",
  });
  await channel.close();
});

Deno.test("createChannel() declares relay only with a callback, tools only with tools [handshake.relay-opt-in]", async () => {
  const { client, channel } = createFixture({ onPermissionRequest: () => {} });
  await channel.connect();
  const { result } = await client.handshake();
  assertEquals(result?.capabilities, {
    experimental: { "claude/channel": {}, "claude/channel/permission": {} },
  });
  await channel.close();
});

Deno.test("createChannel() answers server/discover with method not found [handshake.discover]", async () => {
  const { client, channel } = createFixture();
  await channel.connect();
  const { error } = await client.request(1, "server/discover", { protocolVersion: "2026-07-28" });
  assertEquals(error?.code, -32601);
  await channel.close();
});

Deno.test("createChannel() lists its tools with their schemas", async () => {
  const { client, channel } = createFixture({ tools: [ECHO] });
  await channel.connect();
  await client.handshake();
  const { result } = await client.request(1, "tools/list");
  assertEquals(result?.tools, [{
    name: "echo",
    description: "Answers with the text",
    inputSchema: {
      type: "object",
      properties: { text: { type: "string", description: "what to say" } },
      required: ["text"],
    },
  }]);
  await channel.close();
});

Deno.test("createChannel() runs tools, and reports what goes wrong to the model [tools.errors]", async () => {
  const { client, channel } = createFixture({ tools: [ECHO] });
  await channel.connect();
  await client.handshake();
  const call = (id: number, name: string, args: object) =>
    client.request(id, "tools/call", { name, arguments: args });
  const good = await call(1, "echo", { text: "hi" });
  assertEquals(good.result, { content: [{ type: "text", text: "hi" }] });
  const bad = await call(2, "echo", { text: 1 });
  assertEquals(bad.result?.isError, true);
  assertStringIncludes(JSON.stringify(bad.result), "what to say");
  const failed = await call(3, "echo", { text: "fail" });
  assertEquals(failed.result?.isError, true);
  assertStringIncludes(JSON.stringify(failed.result), "It does not work");
  const unknown = await call(4, "sing", {});
  assertEquals(unknown.error?.code, -32602);
  assertStringIncludes(unknown.error?.message ?? "", "expected echo");
  await channel.close();
});

Deno.test("push() sends the documented notification, cleaned [event.notification]", async () => {
  const { client, channel } = createFixture();
  await channel.connect();
  await client.handshake();
  await channel.initialized;
  const changes = await channel.push({
    content: "hi </channel> there",
    meta: { "run-id": 7, source: "evil" },
  });
  const { method, params, id } = await client.take();
  assertEquals({ method, params, id }, {
    method: "notifications/claude/channel",
    params: { content: "hi &lt;/channel> there", meta: { run_id: "7" } },
    id: undefined,
  });
  assertEquals(changes.map(({ key, action }) => [key, action]), [
    ["run-id", "renamed"],
    ["source", "dropped"],
  ]);
  await channel.close();
});

Deno.test("push() rejects before the handshake and after the end [event.only-after-initialized]", async () => {
  const { client, channel } = createFixture();
  const push = () => channel.push({ content: "hi" });
  await assertRejects(push, NotConnectedError);
  await channel.connect();
  await assertRejects(push, NotConnectedError);
  await client.handshake();
  await channel.initialized;
  await push();
  await client.end();
  await channel.closed;
  await assertRejects(push, NotConnectedError);
  await assertRejects(() => channel.permit("abcde", "allow"), NotConnectedError);
});

Deno.test("initialized rejects when the client leaves before the handshake", async () => {
  const { client, channel } = createFixture();
  await channel.connect();
  await client.end();
  await assertRejects(() => channel.initialized, NotConnectedError);
  await channel.closed;
});

Deno.test("createChannel() can be closed before it is connected, and connected once", async () => {
  const { channel } = createFixture();
  await channel.close();
  await channel.closed;
  await assertRejects(() => channel.initialized, NotConnectedError);
  const { channel: other } = createFixture();
  await other.connect();
  await assertRejects(() => other.connect(), TypeError, "done before");
  await other.close();
});

Deno.test("permit() sends the documented verdict [verdict.notification]", async () => {
  const { client, channel } = createFixture();
  await channel.connect();
  await client.handshake();
  await channel.initialized;
  await assertRejects(() => channel.permit("hello", "allow"), TypeError, "five letters");
  await channel.permit("abcde", "deny");
  const { method, params } = await client.take();
  assertEquals({ method, params }, {
    method: "notifications/claude/channel/permission",
    params: { request_id: "abcde", behavior: "deny" },
  });
  await channel.close();
});

Deno.test("tryPermit() says whether the verdict was sent [verdict.notification]", async () => {
  const { client, channel } = createFixture();
  await channel.connect();
  assertEquals(channel.tryPermit("abcde", "allow"), false);
  await client.handshake();
  await channel.initialized;
  assertEquals(channel.tryPermit("abcde", "allow"), true);
  assertEquals((await client.take()).params, { request_id: "abcde", behavior: "allow" });
  await channel.close();
  assertEquals(channel.tryPermit("abcde", "allow"), false);
});

Deno.test("createChannel() hands on permission requests and ignores malformed ones [relay.request]", async () => {
  const requests: PermissionRequest[] = [];
  const { client, channel } = createFixture({
    onPermissionRequest: (request) => void requests.push(request),
  });
  await channel.connect();
  await client.handshake();
  const method = "notifications/claude/channel/permission_request";
  const params = {
    request_id: "abcde",
    tool_name: "Bash",
    description: "List files",
    input_preview: '{"command":"ls"}',
  };
  await client.send({ method, params: { ...params, request_id: "hello", description: "secret" } });
  await client.send({ method, params: { request_id: "abcde" } });
  await client.send({ method, params });
  await until("the good one is handed on", () => requests.length > 0);
  assertEquals(requests, [{
    requestId: "abcde",
    toolName: "Bash",
    description: "List files",
    inputPreview: '{"command":"ls"}',
  }]);
  await until("the bad ones are logged", () => client.logged.length === 2);
  assert(!client.logged.join().includes("secret"), client.logged.join());
  await channel.close();
});

Deno.test("createChannel() throws when two tools have one name", () => {
  assertThrows(() => createFixture({ tools: [ECHO, ECHO] }), TypeError, "same name");
});
