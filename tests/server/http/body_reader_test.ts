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
