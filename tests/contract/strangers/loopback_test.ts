import { assertEquals, assertStringIncludes } from "@std/assert";
import { until } from "../../_until.ts";
import { takeFreePort } from "../_session.ts";
import { Process } from "../_process.ts";

/** Asks over IPv6, which the permissions of the tests do not include; `undefined` for no answer. */
async function ask(port: number, ...args: string[]): Promise<string | undefined> {
  const target = `http://[::1]:${port}/healthz`;
  const { code, stdout } = await new Deno.Command("curl", {
    args: ["-gs", "--max-time", "5", ...args, target],
    stdout: "piped",
  }).output();
  return code === 0 ? new TextDecoder().decode(stdout) : undefined;
}

/** Returns what the process says about IPv6. */
async function readState({ url }: Process): Promise<string> {
  return (await (await fetch(`${url}/healthz`)).json()).ipv6_loopback;
}

Deno.test("the server listens on [::1] as well, where the system has it [network.loopback]", async () => {
  await using server = new Process();
  await server.handshake();
  const state = await until("IPv6 is tried", async () => {
    const state = await readState(server);
    return state !== "taken" && state;
  });
  if (state === "off") return;
  const health = JSON.parse(await ask(server.port) ?? "{}");
  assertEquals([health.name, health.pid], ["deno-channel", server.child.pid]);
  const foreign = await ask(server.port, "-H", "Host: evil.example");
  assertStringIncludes(foreign ?? "", "the Host header names another host");
});

Deno.test("the log and /healthz say that a stranger holds [::1] [network.loopback]", async () => {
  const port = takeFreePort();
  const script = `Deno.serve({ hostname: "::1", port: ${port} }, () => new Response("stranger"))`;
  await using stranger = new Deno.Command(Deno.execPath(), {
    args: ["eval", script],
    stdout: "null",
    stderr: "piped",
  }).spawn();
  const reader = stranger.stderr.getReader();
  const { value } = await reader.read();
  const stderrEnded = reader.cancel();
  // A system without IPv6 has no address that a stranger could hold.
  if (!new TextDecoder().decode(value).includes("Listening")) return;
  await using server = new Process(port);
  await server.handshake();
  assertEquals(await readState(server), "taken");
  await until("the log says so", () => server.stderr.includes("Cannot listen on [::1]"));
  assertStringIncludes(
    server.stderr,
    `Cannot listen on [::1]:${port}: the port is held by another program that answers HTTP. ` +
      'Use 127.0.0.1: the name "localhost" may lead to that program',
  );
  stranger.kill();
  await stderrEnded;
});
