import { assert, assertEquals } from "@std/assert";
import { BodyReader } from "../../../server/http/body_reader.ts";
import { until } from "../../_until.ts";

function post(body: BodyInit | null, headers: Record<string, string> = {}): Request {
  return new Request("http://localhost/", { method: "POST", body, headers });
}

/** A body whose bytes come when the test says so. */
function createSlowBody() {
  let isCancelled = false;
  const started = Promise.withResolvers<ReadableStreamDefaultController<Uint8Array>>();
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => started.resolve(controller),
    cancel: () => void (isCancelled = true),
  });
  return { request: post(body), started: started.promise, isCancelled: () => isCancelled };
}

Deno.test("BodyReader.read() returns the text of a body in one or many pieces", async () => {
  const bodies = new BodyReader();
  assertEquals(await bodies.read(post("hé ✓")), { ok: true, text: "hé ✓" });
  assertEquals(await bodies.read(post(null)), { ok: true, text: "" });
  const bytes = new TextEncoder().encode("hé ✓ 😀");
  const pieces = ReadableStream.from(Array.from(bytes, (byte) => Uint8Array.of(byte)));
  assertEquals(await bodies.read(post(pieces)), { ok: true, text: "hé ✓ 😀" });
  bodies.close();
});

Deno.test("BodyReader.read() refuses a body over the limit, announced or not [http.body-limit]", async () => {
  const bodies = new BodyReader({ maxBytes: 8 });
  assertEquals(await bodies.read(post("12345678")), { ok: true, text: "12345678" });
  const announced = await bodies.read(post("1", { "content-length": "9" }));
  assertEquals(announced.ok ? 200 : announced.status, 413);
  const { request, started, isCancelled } = createSlowBody();
  const reading = bodies.read(request);
  const controller = await started;
  controller.enqueue(new Uint8Array(5));
  controller.enqueue(new Uint8Array(5));
  const counted = await reading;
  assertEquals(counted.ok ? 200 : counted.status, 413);
  assert(isCancelled(), "the rest must not be read");
  bodies.close();
});

Deno.test("BodyReader.read() refuses what is not UTF-8 [http.utf8-only]", async () => {
  const bodies = new BodyReader();
  const cases = [[0xff], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xe2, 0x82], [0x1f, 0x8b, 8, 0]];
  for (const bytes of cases) {
    const body = await bodies.read(post(Uint8Array.from(bytes)));
    assertEquals(body.ok ? 200 : body.status, 415, String(bytes));
  }
  // The bytes of U+FFFD itself are text.
  assertEquals(await bodies.read(post("a\ufffdb")), { ok: true, text: "a\ufffdb" });
  bodies.close();
});

Deno.test("BodyReader.read() gives up a body that takes too long [http.body-deadline]", async () => {
  const bodies = new BodyReader({ deadlineMs: 40 });
  const { request, isCancelled } = createSlowBody();
  const body = await bodies.read(request);
  assertEquals(body.ok ? 200 : body.status, 408);
  await until("the rest is not read", isCancelled);
  bodies.close();
});

Deno.test("BodyReader.read() answers 400 when the sender leaves in the middle", async () => {
  const bodies = new BodyReader();
  const { request, started } = createSlowBody();
  const reading = bodies.read(request);
  (await started).error(new Error("gone"));
  const body = await reading;
  assertEquals(body.ok ? 200 : body.status, 400);
  bodies.close();
});

/** Begins to read bodies whose bytes do not come. */
async function startSlow(bodies: BodyReader, count: number, judged: unknown[] = []) {
  const slow = Array.from({ length: count }, createSlowBody);
  const readings = slow.map(({ request }) =>
    bodies.readUnproven(request, (bytes) => {
      judged.push(bytes.length);
    })
  );
  const controllers = await Promise.all(slow.map(({ started }) => started));
  return { slow, readings, controllers };
}

Deno.test("BodyReader.readUnproven() reads 16 bodies at a time, and the others in turn [http.body-budget]", async () => {
  const bodies = new BodyReader({ maxWaitMs: 60_000 });
  const judged: number[] = [];
  const { readings, controllers } = await startSlow(bodies, 16, judged);
  const late = ["a", "bb", "ccc"].map((text) =>
    bodies.readUnproven(post(text), ({ length }) => {
      judged.push(length);
    })
  );
  controllers[0]?.enqueue(new Uint8Array(9));
  controllers[0]?.close();
  await Promise.all([readings[0], ...late]);
  assertEquals(judged, [9, 1, 2, 3], "nothing before a turn was free");
  const known = await bodies.read(post("known"));
  assertEquals(known, { ok: true, text: "known" }, "a known sender waits for none of them");
  for (const controller of controllers.slice(1)) controller.close();
  await Promise.all(readings);
  bodies.close();
});

Deno.test("BodyReader.readUnproven() keeps a turn until the body is judged, and gives it back whatever happens [http.body-budget]", async () => {
  const bodies = new BodyReader({ maxWaitMs: 60_000 });
  const judging = Array.from({ length: 16 }, () => Promise.withResolvers<void>());
  const readings = judging.map(({ promise }) => bodies.readUnproven(post("x"), () => promise));
  let isRead = false;
  const next = bodies.readUnproven(post("y"), () => void (isRead = true));
  await until("all are judged", () => readings.length === 16);
  assertEquals(isRead, false);
  judging[3]?.reject(new Error("The journal failed"));
  await readings[3]?.catch(() => {});
  await next;
  assert(isRead);
  for (const { resolve } of judging) resolve();
  await Promise.allSettled(readings);
  for (let i = 0; i < 40; i++) {
    const broken = ReadableStream.from((async function* () {
      yield Uint8Array.of(1);
      throw new Error("The connection ended");
    })());
    const { ok } = await bodies.readUnproven(post(broken), () => {});
    assertEquals(ok, false);
  }
  assertEquals(await bodies.readUnproven(post("z"), () => 1), { ok: true, value: 1 });
  bodies.close();
});

Deno.test("BodyReader.readUnproven() refuses a body that waits too long, and more than 256 at once [http.body-budget]", async () => {
  const bodies = new BodyReader({ maxWaitMs: 40 });
  const { readings, controllers } = await startSlow(bodies, 16);
  const waiting = Array.from({ length: 256 }, () => bodies.readUnproven(post("x"), () => {}));
  const start = performance.now();
  const beyond = await bodies.readUnproven(post("x"), () => {});
  assertEquals(beyond.ok ? 200 : beyond.status, 503);
  assert(performance.now() - start < 40, "at once");
  const statuses = (await Promise.all(waiting)).map((read) => read.ok ? 200 : read.status);
  assertEquals(new Set(statuses), new Set([503]));
  const large = await bodies.readUnproven(post("1", { "content-length": "1048577" }), () => {});
  assertEquals(large.ok ? 200 : large.status, 413, "without a wait");
  for (const controller of controllers) controller.close();
  await Promise.all(readings);
  bodies.close();
});

Deno.test("BodyReader.readUnproven() lets a slow body make room for one that waits [http.body-budget]", async () => {
  const bodies = new BodyReader({ maxWaitMs: 10_000 });
  const { slow, readings, controllers } = await startSlow(bodies, 16);
  const read = await bodies.readUnproven(post("x"), ({ length }) => length);
  assertEquals(read, { ok: true, value: 1 });
  const first = await readings[0];
  assertEquals(first?.ok ? 200 : first?.status, 503);
  assertEquals(slow.map(({ isCancelled }) => isCancelled()).filter(Boolean).length, 1);
  for (const controller of controllers.slice(1)) controller.close();
  await Promise.all(readings);
  bodies.close();
});
