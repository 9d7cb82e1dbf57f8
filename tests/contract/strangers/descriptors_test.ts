import { assert, assertStringIncludes } from "@std/assert";
import { until } from "../../_until.ts";
import { Process } from "../_process.ts";
import { serverCommand, takeFreePort } from "../_session.ts";

/** The descriptors of the server, and the connections that send half a head. */
const DESCRIPTORS = 160;
const CONNECTIONS = 400;

Deno.test("half requests that take all descriptors are closed, and streams go on [lifetime.accept-loop]", async () => {
  const port = takeFreePort();
  const command = serverCommand(port).map((arg) => `'${arg}'`).join(" ");
  const script = `ulimit -n ${DESCRIPTORS}; exec ${command}`;
  await using server = new Process(port, ["sh", "-c", script]);
  await server.handshake();
  const stream = await fetch(`${server.url}/events`, { headers: { "x-sender": "dev" } });
  const reader = stream.body?.pipeThrough(new TextDecoderStream()).getReader();
  assertStringIncludes((await reader?.read())?.value ?? "", "connected");
  const half = new TextEncoder().encode("POST / HTTP/1.1\r\nHost: loc");
  const strangers: Deno.Conn[] = [];
  try {
    for (let i = 0; i < CONNECTIONS; i++) {
      // Refused while the server does not listen.
      const stranger = await Deno.connect({ hostname: "127.0.0.1", port }).catch(() => {});
      await stranger?.write(half).catch(() => {});
      if (stranger !== undefined) strangers.push(stranger);
    }
    await until("the server runs out of descriptors", () => server.stderr.includes("starts again"));
    await until("a post gets in", async () => await server.post("hello").catch(() => 0) === 200);
    const ask = { id: 1, method: "tools/call" };
    const params = { name: "reply", arguments: { chat_id: "dev", text: "still here" } };
    await server.send({ ...ask, params });
    let text = "";
    await until("the stream carries a reply", async () => {
      text += (await reader?.read())?.value ?? "";
      return text.includes("still here");
    });
    assert(!server.stderr.includes("access file"), server.stderr);
  } finally {
    for (const stranger of strangers) stranger.close();
    await reader?.cancel();
  }
});
