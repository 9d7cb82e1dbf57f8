import { assertEquals, assertRejects } from "@std/assert";
import type { Transport } from "@modelcontextprotocol/sdk/shared/transport";
import { JsonRpcClient } from "../../../cli/demo/json_rpc_client.ts";

type Message = Parameters<Transport["send"]>[0];

/** A transport whose other end is the test, and a client on it. */
function connect(send: (message: Message) => Promise<void> = () => Promise.resolve()) {
  const sent: Message[] = [];
  const notes: unknown[] = [];
  const transport: Transport = {
    start: () => Promise.resolve(),
    send(message) {
      sent.push(message);
      return send(message);
    },
    close: () => Promise.resolve(transport.onclose?.()),
  };
  const client = new JsonRpcClient(transport, (...note) => notes.push(note));
  return { client, transport, sent, notes };
}

Deno.test("JsonRpcClient gives each request its own answer, in whatever order they come", async () => {
  const { client, transport, sent } = connect();
  const first = client.request("a", { x: 1 });
  const second = client.request("b", {});
  assertEquals(sent, [
    { jsonrpc: "2.0", id: 1, method: "a", params: { x: 1 } },
    { jsonrpc: "2.0", id: 2, method: "b", params: {} },
  ]);
  transport.onmessage?.({ jsonrpc: "2.0", id: 2, result: { is: "second" } });
  transport.onmessage?.({ jsonrpc: "2.0", id: 1, result: { is: "first" } });
  assertEquals([await first, await second], [{ is: "first" }, { is: "second" }]);
});

Deno.test("JsonRpcClient takes notifications, and nothing that was not asked for", async () => {
  const { client, transport, sent, notes } = connect();
  await client.notify("ready");
  assertEquals(sent, [{ jsonrpc: "2.0", method: "ready", params: {} }]);
  transport.onmessage?.({ jsonrpc: "2.0", method: "event", params: { content: "hi" } });
  transport.onmessage?.({ jsonrpc: "2.0", id: 7, method: "ping" });
  transport.onmessage?.({ jsonrpc: "2.0", id: 9, result: {} });
  assertEquals(notes, [["event", { content: "hi" }]]);
});

Deno.test("JsonRpcClient rejects what is answered with an error, or never", async () => {
  const { client, transport } = connect();
  const wrong = client.request("a", {});
  const error = { code: -32602, message: "Unknown tool" };
  transport.onmessage?.({ jsonrpc: "2.0", id: 1, error });
  await assertRejects(() => wrong, Error, "Unknown tool");
  const open = client.request("b", {});
  await client.close();
  await assertRejects(() => open, Error, "The server has ended");

  const broken = connect(() => Promise.reject(new Error("Cannot send")));
  await assertRejects(() => broken.client.request("a", {}), Error, "Cannot send");
  await broken.client.close();
});
