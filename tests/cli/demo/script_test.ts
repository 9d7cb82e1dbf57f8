import { assertEquals } from "@std/assert";
import { runScript } from "../../../cli/demo/script.ts";
import { Sender } from "../../../cli/demo/http_client.ts";
import type { StandIn } from "../../../cli/demo/stand_in.ts";

const NEVER = new Promise<never>(() => {});

const SESSION: StandIn = {
  pid: 1,
  capabilities: ["claude/channel"],
  reply: () => Promise.resolve("sent"),
  requestPermission: () => Promise.resolve(),
  stop: () => Promise.resolve(0),
};

Deno.test("runScript() fails when a step does not happen, and ends what is running [cli.demo]", async () => {
  let stopped = 0;
  // No server has the port, so the second step, listening, cannot happen.
  const sender = new Sender(1);
  const stop = () => Promise.resolve(++stopped);
  const start = () => Promise.resolve({ ...SESSION, stop });
  const terminated = NEVER;
  assertEquals(await runScript({ sender, terminated, start }), 1);
  assertEquals(stopped, 1);
  assertEquals(await runScript({ sender, terminated: Promise.resolve(), start }), 1);
  assertEquals(stopped, 2);
  assertEquals(
    await runScript({ sender, terminated, start: () => Promise.reject(new Error("No")) }),
    1,
  );
});
