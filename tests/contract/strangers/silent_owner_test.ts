import { assert, assertStringIncludes } from "@std/assert";
import { until } from "../../_until.ts";
import { FleetProcess } from "../_fleet.ts";
import { createScratch, takeFreePort } from "../_session.ts";

async function signal(name: "STOP" | "CONT", { pid }: FleetProcess): Promise<void> {
  const { code } = await new Deno.Command("sh", { args: ["-c", `kill -${name} ${pid}`] }).output();
  assert(code === 0);
}

Deno.test("sessions of an owner that is stopped say so within 5 s, keep their tools, and go on with it [feed.silence]", async () => {
  const options = { port: takeFreePort(), stateDir: createScratch() };
  await using owner = await FleetProcess.open(options);
  await until("it owns the port", () => owner.stderr.includes("Listening on"));
  await using session = await FleetProcess.open(options);
  await until("it follows", () => session.stderr.includes("Sharing"));
  await signal("STOP", owner);
  const stoppedAt = performance.now();
  try {
    await using late = await FleetProcess.open(options);
    const silent = `The process that holds 127.0.0.1:${options.port} does not answer. ` +
      "Tools work; events arrive once it does";
    await until("its log says so", () => session.stderr.includes(silent));
    assert(performance.now() - stoppedAt < 6000, `${performance.now() - stoppedAt} ms`);
    const held = `the port is held by a program that does not answer HTTP. Tools work`;
    await until("so does that of a new session", () => late.stderr.includes(held));
    assert(performance.now() - stoppedAt < 6000, `${performance.now() - stoppedAt} ms`);
    for (const process of [session, late]) {
      const text = await process.call("reply", { chat_id: "dev", text: "still here" });
      assertStringIncludes(text ?? "", "sent");
    }
    await signal("CONT", owner);
    await until("it answers again", () => session.stderr.includes("answers again"));
    await until("the new one follows", () => late.stderr.includes("Sharing"));
  } finally {
    await signal("CONT", owner);
  }
  const response = await fetch(`http://127.0.0.1:${options.port}/`, {
    method: "POST",
    body: "after all",
    headers: { "x-sender": "dev" },
  });
  await response.body?.cancel();
  const shows = (one: FleetProcess) =>
    one.shown.some(({ content }) => content.includes("after all"));
  await until("a session is shown an event", () => [owner, session].some(shows));
});
