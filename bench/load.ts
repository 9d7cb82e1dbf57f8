/**
 * Posts 100,000 messages over 32 connections to a real server. Checks that each arrives once, and
 * prints the memory of the server.
 *
 * usage: deno task bench:load [posts]
 *
 * @module
 */

import { createServerCommand } from "../cli/demo/server_command.ts";
import { print } from "../cli/shared/terminal.ts";

const POSTS = Number(Deno.args[0] ?? 100_000);
const ROUNDS = 4;
const CONNECTIONS = 32;
const PORT = 8788;
const BODY = "x".repeat(1024);

const stateDir = Deno.makeTempDirSync();
const { command, args } = createServerCommand({
  mainModule: new URL("../main.ts", import.meta.url).href,
  port: PORT,
  stateDir,
  flags: ["--trust-header", "dev", "--rate-limit", "0"],
});
const server = new Deno.Command(command, {
  args: [...args],
  stdin: "piped",
  stdout: "piped",
  stderr: "null",
}).spawn();

const HANDSHAKE = [
  {
    id: 0,
    method: "initialize",
    params: {
      protocolVersion: "2025-11-25",
      capabilities: {},
      clientInfo: { name: "load", version: "1.0.0" },
    },
  },
  { method: "notifications/initialized" },
];
const stdin = server.stdin.getWriter();
for (const message of HANDSHAKE) {
  await stdin.write(
    new TextEncoder().encode(JSON.stringify({ jsonrpc: "2.0", ...message }) + "\n"),
  );
}

// One line answers the handshake; the others are events.
let arrived = -1;
const reading = (async () => {
  for await (const chunk of server.stdout) {
    for (const byte of chunk) if (byte === 10) arrived++;
  }
})();

async function residentMiB(): Promise<number> {
  const { stdout } = await new Deno.Command("ps", {
    args: ["-o", "rss=", "-p", String(server.pid)],
  }).output();
  return Math.round(Number(new TextDecoder().decode(stdout)) / 1024);
}

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!await condition()) await new Promise((resolve) => setTimeout(resolve, 10));
}

async function post(): Promise<boolean> {
  const response = await fetch(`http://127.0.0.1:${PORT}/`, {
    method: "POST",
    body: BODY,
    headers: { "x-sender": "dev" },
  });
  return await response.text() === "ok";
}

await until(() => post().catch(() => false));
let sent = 1;
let refused = 0;
for (let round = 1; round <= ROUNDS; round++) {
  const start = performance.now();
  const target = 1 + Math.round((POSTS * round) / ROUNDS);
  await Promise.all(Array.from({ length: CONNECTIONS }, async () => {
    while (sent < target) {
      sent++;
      if (!await post()) refused++;
    }
  }));
  await until(() => arrived >= sent - refused);
  const perSecond = Math.round(POSTS / ROUNDS / ((performance.now() - start) / 1000));
  print(
    `${sent} sent, ${refused} refused, ${arrived} arrived, ${perSecond}/s, ${await residentMiB()} MiB`,
  );
}
await stdin.close();
await reading;
const { code } = await server.status;
Deno.removeSync(stateDir, { recursive: true });
Deno.exit(code === 0 && refused === 0 && arrived === sent ? 0 : 1);
