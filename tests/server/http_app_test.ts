import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { Allowlist } from "../../lib/allowlist.ts";
import { EventIdFactory } from "../../lib/event_id.ts";
import { PermissionRegistry } from "../../lib/permission.ts";
import { sanitizeMeta } from "../../lib/sanitize_meta.ts";
import { BodyReader } from "../../server/body_reader.ts";
import { NotConnectedError, type PushedEvent } from "../../server/create_channel.ts";
import { EventStream } from "../../server/event_stream.ts";
import { createHttpApp } from "../../server/http_app.ts";
import { QueueFullError } from "../../server/stdio_transport.ts";

const REQUEST = { requestId: "abcde", toolName: "Bash", description: "d", inputPreview: "{}" };

function createFixture(options: { failure?: Error; maxStreams?: number; ttlMs?: number } = {}) {
  const pushed: PushedEvent[] = [];
  const verdicts: [string, string][] = [];
  const logged: string[] = [];
  const permissions = new PermissionRegistry({ ttlMs: options.ttlMs ?? 60_000 });
  const events = new EventStream({ maxStreams: options.maxStreams ?? 4 });
  const bodies = new BodyReader({ maxBytes: 100 });
  const fail = () => {
    if (options.failure !== undefined) throw options.failure;
  };
  const app = createHttpApp({
    channel: {
      push(event) {
        fail();
        pushed.push(event);
        return Promise.resolve(sanitizeMeta(event.meta).changes);
      },
      async permit(requestId, behavior) {
        await null;
        fail();
        verdicts.push([requestId, behavior]);
      },
    },
    allowlist: new Allowlist([
      ["dev", { speak: true, approve: true }],
      ["ci", { speak: true, approve: false }],
      ["approver", { speak: false, approve: true }],
    ]),
    permissions,
    events,
    bodies,
    ids: new EventIdFactory(new Uint8Array(8)),
    health: { name: "deno-channel", pid: 42 },
    log: { info: (line) => void logged.push(line), warn: (line) => void logged.push(line) },
  });

  async function send(
    method: string,
    target: string,
    headers: Record<string, string> = {},
    body: BodyInit | null = null,
  ) {
    const request = new Request(`http://localhost:8788${target}`, {
      method,
      body,
      headers: { host: "localhost:8788", ...headers },
    });
    return await app(request);
  }
  const post = (
    body: string,
    headers: Record<string, string> = { "x-sender": "dev" },
    path = "/",
  ) => send("POST", path, headers, body);
  return {
    app,
    send,
    post,
    pushed,
    verdicts,
    logged,
    permissions,
    [Symbol.dispose]: () => bodies.close(),
  };
}

async function textOf(response: Response): Promise<[number, string]> {
  return [response.status, await response.text()];
}

Deno.test("POST pushes the body with path, sender and query as meta [http.post] [event.chat-meta]", async () => {
  using fixture = createFixture();
  const response = await fixture.post(
    "build failed",
    { "x-sender": "dev" },
    "/ci?severity=high&run-id=7",
  );
  assertEquals(await textOf(response), [200, "ok"]);
  const eventId = response.headers.get("x-event-id") ?? "";
  assertMatch(eventId, /^evt_[0-9a-z]{22}$/);
  assertEquals(fixture.pushed, [{
    content: "build failed",
    meta: {
      "severity": "high",
      "run-id": "7",
      chat_id: eventId.replace("evt", "chat"),
      event_id: eventId,
      sender: "dev",
      path: "/ci",
    },
  }]);
  assertEquals(response.headers.get("x-meta-changes"), "run-id renamed (run_id)");
});

Deno.test("POST gives each chat a fresh id and lets no query parameter replace our own", async () => {
  using fixture = createFixture();
  await fixture.post("a", { "x-sender": "dev" }, "/?chat_id=1&sender=root&event_id=x&path=/etc");
  await fixture.post("b");
  const [first, second] = fixture.pushed.map(({ meta }) => meta);
  assertEquals([first?.sender, first?.path], ["dev", "/"]);
  assertMatch(String(first?.chat_id), /^chat_/);
  assert(first?.chat_id !== second?.chat_id);
  assert(String(first?.event_id) < String(second?.event_id));
});

Deno.test("POST turns away whoever is not on the allowlist, before it reads the body [gate.forbidden]", async () => {
  using fixture = createFixture();
  const cases: Record<string, string>[] = [
    {},
    { "x-sender": "" },
    { "x-sender": "Dev" },
    { "x-sender": "dev, dev" },
    { "x-sender": "__proto__" },
    { "x-chat-id": "dev" },
  ];
  for (const headers of cases) {
    const body = new ReadableStream({
      pull() {
        throw new Error("The body must not be read");
      },
    }, { highWaterMark: 0 });
    const response = await fixture.send("POST", "/", headers, body);
    assertEquals(await textOf(response), [403, "forbidden"], JSON.stringify(headers));
  }
  assertEquals(fixture.pushed, []);
});

Deno.test("the guard refuses foreign hosts [guard.host]", async () => {
  using fixture = createFixture();
  const hosts = [
    "evil.example",
    "localhost.evil",
    "127.0.0.1.nip.io",
    "localhost.",
    "a b",
    "1",
    "",
  ];
  for (const host of hosts) {
    const response = await fixture.post("hi", { "x-sender": "dev", host });
    assertEquals(response.status, 403, host);
  }
  for (const host of ["LOCALHOST:1", "127.0.0.1", "[::1]:8788"]) {
    assertEquals((await fixture.post("hi", { "x-sender": "dev", host })).status, 200, host);
  }
  assertEquals(fixture.pushed.length, 3);
});

Deno.test("the guard refuses pages of other sites, at every path [guard.origin]", async () => {
  using fixture = createFixture();
  const refused: Record<string, string>[] = [
    { origin: "https://evil.example" },
    { origin: "null" },
    { origin: "http://localhost:3000" },
    { "sec-fetch-site": "cross-site" },
    { "sec-fetch-site": "same-site" },
  ];
  for (const headers of refused) {
    for (
      const [method, path] of [["POST", "/"], ["GET", "/events"], ["GET", "/healthz"]] as const
    ) {
      const body = method === "POST" ? "hi" : null;
      const response = await fixture.send(method, path, { "x-sender": "dev", ...headers }, body);
      assertEquals(response.status, 403, `${method} ${path} ${JSON.stringify(headers)}`);
    }
  }
  assertEquals(fixture.pushed, []);
  const own = { origin: "http://localhost:8788", "sec-fetch-site": "same-origin" };
  assertEquals((await fixture.post("hi", { "x-sender": "dev", ...own })).status, 200);
});

Deno.test("other methods get 405 with Allow, unknown paths no 500 [http.methods]", async () => {
  using fixture = createFixture();
  const cases = [
    ["GET", "/", "POST"],
    ["GET", "/nowhere/at%20all", "POST"],
    ["PUT", "/", "POST"],
    ["DELETE", "//", "POST"],
    ["OPTIONS", "/%", "POST"],
    ["POST", "/events", "GET, HEAD"],
    ["POST", "/healthz", "GET, HEAD"],
  ] as const;
  for (const [method, path, allow] of cases) {
    const response = await fixture.send(method, path, { "x-sender": "dev" });
    assertEquals(response.status, 405, `${method} ${path}`);
    assertEquals(response.headers.get("allow"), allow, `${method} ${path}`);
  }
});

Deno.test("POST refuses bodies that are too large or no text, and forwards nothing", async () => {
  using fixture = createFixture();
  assertEquals((await fixture.post("x".repeat(101))).status, 413);
  const binary = await fixture.send("POST", "/", { "x-sender": "dev" }, Uint8Array.of(0xff, 0xfe));
  assertEquals(binary.status, 415);
  assertEquals(binary.headers.get("connection"), "close");
  assertEquals(fixture.pushed, []);
});

Deno.test("a verdict closes its request and never becomes chat [verdict.recorded] [verdict.not-chat]", async () => {
  using fixture = createFixture();
  fixture.permissions.open(REQUEST, Date.now());
  assertEquals(await textOf(await fixture.post(" YES ABCDE\n")), [200, "verdict recorded"]);
  assertEquals(fixture.verdicts, [["abcde", "allow"]]);
  const again = await textOf(await fixture.post("no abcde"));
  assertEquals(again, [409, 'no effect: request "abcde" was answered already: allowed']);
  const never = await textOf(await fixture.post("y fghij"));
  assertEquals(never, [409, 'no effect: request "fghij" was never asked']);
  assertEquals(fixture.verdicts.length, 1);
  assertEquals(fixture.pushed, []);
});

Deno.test("a verdict on an expired request gets 409", async () => {
  using fixture = createFixture({ ttlMs: 0 });
  fixture.permissions.open(REQUEST, Date.now());
  const late = await textOf(await fixture.post("yes abcde"));
  assertEquals(late, [409, 'no effect: request "abcde" has expired']);
  assertEquals(fixture.verdicts, []);
});

Deno.test("a verdict of a sender who may not approve is forbidden and no chat [verdict.approver-only]", async () => {
  using fixture = createFixture();
  fixture.permissions.open(REQUEST, Date.now());
  assertEquals((await fixture.post("yes abcde", { "x-sender": "ci" })).status, 403);
  assertEquals([fixture.verdicts, fixture.pushed], [[], []]);
  assertEquals((await fixture.post("yes abcde")).status, 200);
});

Deno.test("a sender who may only approve gives verdicts and writes nothing", async () => {
  using fixture = createFixture();
  fixture.permissions.open(REQUEST, Date.now());
  const headers = { "x-sender": "approver" };
  assertEquals((await fixture.post("hello", headers)).status, 403);
  assertEquals((await fixture.post("yes abcde", headers)).status, 200);
  assertEquals(fixture.pushed, []);
});

Deno.test("POST names what it dropped, and counts what it does not name", async () => {
  using fixture = createFixture();
  const forged = await fixture.post("a", { "x-sender": "dev" }, "/?Sender=root&source=x");
  const expected = "Sender dropped (reserved), source dropped (reserved)";
  assertEquals(forged.headers.get("x-meta-changes"), expected);
  const query = Array.from({ length: 50 }, (_, i) => `k${i}=v`).join("&");
  const crowded = await fixture.post("a", { "x-sender": "dev" }, `/?${query}`);
  assertStringIncludes(crowded.headers.get("x-meta-changes") ?? "", ", 6 more");
  assertEquals(fixture.pushed[1]?.meta?.sender, "dev");
});

Deno.test("of two verdicts at once exactly one wins", async () => {
  using fixture = createFixture();
  fixture.permissions.open(REQUEST, Date.now());
  const answers = await Promise.all([fixture.post("yes abcde"), fixture.post("no abcde")]);
  assertEquals(answers.map(({ status }) => status).sort(), [200, 409]);
  assertEquals(fixture.verdicts.length, 1);
});

Deno.test("POST answers 503 when the session cannot take it, and a verdict can be given again", async () => {
  for (const failure of [new NotConnectedError(), new QueueFullError()]) {
    using fixture = createFixture({ failure });
    const response = await fixture.post("hi");
    assertEquals(response.status, 503, failure.name);
    assertEquals(response.headers.get("retry-after"), "5");
    fixture.permissions.open(REQUEST, Date.now());
    assertEquals((await fixture.post("yes abcde")).status, 503);
    assertEquals(fixture.permissions.stateOf("abcde", Date.now()), "open");
  }
});

Deno.test("an internal fault is a 500 with an id that the log has too, and no payload", async () => {
  using fixture = createFixture({ failure: new TypeError("secret of the payload") });
  const [status, text] = await textOf(await fixture.post("hi"));
  assertEquals(status, 500);
  assertMatch(text, /^internal error [0-9a-f-]{36}$/);
  assertEquals(fixture.logged.length, 1);
  assertStringIncludes(fixture.logged[0] ?? "", text.slice("internal error ".length));
  assert(!fixture.logged.join().includes("secret"), fixture.logged.join());
});

Deno.test("GET /events streams, HEAD does not, and too many get 503", async () => {
  using fixture = createFixture({ maxStreams: 1 });
  const head = await fixture.send("HEAD", "/events");
  assertEquals([head.status, head.body], [200, null]);
  const first = await fixture.send("GET", "/events");
  assertEquals(first.headers.get("content-type"), "text/event-stream");
  const second = await fixture.send("GET", "/events");
  assertEquals(second.status, 503);
  assertEquals(second.headers.get("retry-after"), "5");
  await first.body?.cancel();
});

Deno.test("GET /healthz tells what runs [http.healthz]", async () => {
  using fixture = createFixture();
  const response = await fixture.send("GET", "/healthz");
  assertEquals(await response.json(), { status: "ok", name: "deno-channel", pid: 42, streams: 0 });
});
