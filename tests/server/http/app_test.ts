import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { tryParseEventId } from "../../../lib/event/event_id.ts";
import type { OwnerOptions } from "../../../server/port/owner.ts";
import { createDiskFullError } from "../_memory_journal.ts";
import { createPeer, type FakePeerOptions, LOOPBACK } from "../_peer.ts";
import { Port, textOf } from "../_port.ts";

/** The port with one session. */
function createFixture(options: Partial<OwnerOptions> = {}): Port {
  const port = new Port(options);
  port.attach();
  return port;
}

Deno.test("POST pushes the body with path, sender and query as meta [http.post]", async () => {
  await using fixture = createFixture();
  const response = await fixture.post(
    "build failed",
    { "x-sender": "dev" },
    "/ci?severity=high&run-id=7",
  );
  assertEquals(await textOf(response), [200, "ok"]);
  const eventId = response.headers.get("x-event-id") ?? "";
  assertMatch(eventId, /^evt_[0-9a-v]{11}$/);
  assertEquals(fixture.pushed, [{
    seq: tryParseEventId(eventId) ?? 0,
    content: "build failed",
    meta: { severity: "high", run_id: "7", sender: "dev", path: "/ci" },
    attempts: 1,
  }]);
  assertEquals(response.headers.get("x-meta-changes"), "run-id renamed (run_id)");
});

Deno.test("POST lets no query parameter replace our own", async () => {
  await using fixture = createFixture();
  await fixture.post("a", { "x-sender": "dev" }, "/?chat_id=1&sender=root&event_id=x&path=/etc");
  assertEquals(fixture.pushed[0]?.meta, { sender: "dev", path: "/" });
});

Deno.test("POST refuses a sender that is not on the allowlist, before it reads the body [gate.forbidden]", async () => {
  await using fixture = createFixture();
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
  await using fixture = createFixture();
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
  await using fixture = createFixture();
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
  await using fixture = createFixture();
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
  await using fixture = createFixture();
  assertEquals((await fixture.post("x".repeat(1024 * 1024 + 1))).status, 413);
  const binary = await fixture.send("POST", "/", { "x-sender": "dev" }, Uint8Array.of(0xff, 0xfe));
  assertEquals(binary.status, 415);
  assertEquals(binary.headers.get("connection"), "close");
  assertEquals(fixture.pushed, []);
});

Deno.test("a verdict closes its request and never becomes chat [verdict.recorded] [verdict.not-chat]", async () => {
  await using fixture = createFixture();
  fixture.ask();
  assertEquals(await textOf(await fixture.post(" YES ABCDE\n")), [200, "verdict recorded"]);
  assertEquals(fixture.verdicts(), ["allow abcde"]);
  assertEquals(fixture.session.verdictSyncs, 1, "the session is woken");
  const again = await textOf(await fixture.post("no abcde"));
  assertEquals(again, [409, 'no effect: request "abcde" was answered already: allowed']);
  const never = await textOf(await fixture.post("y fghij"));
  assertEquals(never, [409, 'no effect: request "fghij" was never asked']);
  assertEquals(fixture.verdicts().length, 1);
  assertEquals(fixture.pushed, []);
});

Deno.test("a verdict on an expired request gets 409", async () => {
  await using fixture = createFixture();
  fixture.ask({}, 0);
  const late = await textOf(await fixture.post("yes abcde"));
  assertEquals(late, [409, 'no effect: request "abcde" has expired']);
  assertEquals(fixture.verdicts(), []);
});

Deno.test("a verdict of a sender who may not approve is forbidden and no chat [verdict.approver-only]", async () => {
  await using fixture = createFixture();
  fixture.ask();
  assertEquals((await fixture.post("yes abcde", { "x-sender": "ci" })).status, 403);
  assertEquals([fixture.verdicts(), fixture.pushed], [[], []]);
  assertEquals((await fixture.post("yes abcde")).status, 200);
});

Deno.test("a sender who may only approve gives verdicts and writes nothing", async () => {
  await using fixture = createFixture();
  fixture.ask();
  const headers = { "x-sender": "approver" };
  assertEquals((await fixture.post("hello", headers)).status, 403);
  assertEquals((await fixture.post("yes abcde", headers)).status, 200);
  assertEquals(fixture.pushed, []);
});

Deno.test("POST names what it dropped, and counts what it does not name", async () => {
  await using fixture = createFixture();
  const forged = await fixture.post("a", { "x-sender": "dev" }, "/?Sender=root&source=x");
  const expected = "Sender dropped (reserved), source dropped (reserved)";
  assertEquals(forged.headers.get("x-meta-changes"), expected);
  const query = Array.from({ length: 50 }, (_, i) => `k${i}=v`).join("&");
  const crowded = await fixture.post("a", { "x-sender": "dev" }, `/?${query}`);
  assertStringIncludes(crowded.headers.get("x-meta-changes") ?? "", ", 8 more");
  assertEquals(fixture.pushed[1]?.meta.sender, "dev");
});

Deno.test("of two verdicts at once exactly one wins", async () => {
  await using fixture = createFixture();
  fixture.ask();
  const answers = await Promise.all([fixture.post("yes abcde"), fixture.post("no abcde")]);
  assertEquals(answers.map(({ status }) => status).sort(), [200, 409]);
  assertEquals(fixture.verdicts().length, 1);
});

Deno.test("POST answers 503 when the journal cannot keep it, and nothing is pushed [journal.failure]", async () => {
  await using fixture = createFixture();
  fixture.ask();
  fixture.memory.failure = createDiskFullError();
  for (const body of ["hi", "yes abcde"]) {
    const response = await fixture.post(body);
    assertEquals(response.status, 503, body);
    assertEquals(response.headers.get("retry-after"), "5");
  }
  assertEquals(fixture.pushed, []);
  fixture.memory.failure = undefined;
  assertEquals((await fixture.post("yes abcde")).status, 200);
  assertEquals((await fixture.post("hi")).status, 200);
});

Deno.test("an internal fault is a 500 with an id that the log has too, and no payload", async () => {
  await using fixture = createFixture();
  fixture.memory.journal.events.insert = () => {
    throw new TypeError("secret of the payload");
  };
  const [status, text] = await textOf(await fixture.post("hi"));
  assertEquals(status, 500);
  assertMatch(text, /^internal error [0-9a-f-]{36}$/);
  assertEquals(fixture.logged.length, 1);
  assertStringIncludes(fixture.logged[0] ?? "", text.slice("internal error ".length));
  assert(!fixture.logged.join().includes("secret"), fixture.logged.join());
});

Deno.test("GET /events streams, HEAD does not, and too many get 503", async () => {
  await using fixture = createFixture({ maxStreams: 1 });
  const head = await fixture.send("HEAD", "/events");
  assertEquals([head.status, head.body], [200, null]);
  const first = await fixture.send("GET", "/events");
  assertEquals(first.headers.get("content-type"), "text/event-stream");
  const second = await fixture.send("GET", "/events");
  assertEquals(second.status, 503);
  assertEquals(second.headers.get("retry-after"), "5");
  await first.body?.cancel();
});

Deno.test("GET /events takes a format and the number to resume after, and nothing else", async () => {
  await using fixture = createFixture();
  assertEquals((await fixture.send("GET", "/events?format=xml")).status, 400);
  for (const id of ["x", "-1", "1.5", "", "1".repeat(16)]) {
    const response = await fixture.send("GET", "/events", { "last-event-id": id });
    assertEquals(response.status, 400, id);
  }
  const response = await fixture.send("GET", "/events?format=json", { "last-event-id": "7" });
  assertEquals(response.status, 200);
  await response.body?.cancel();
});

Deno.test("GET /healthz tells what runs [http.healthz]", async () => {
  await using fixture = createFixture();
  const response = await fixture.send("GET", "/healthz");
  assertEquals(await response.json(), {
    status: "ok",
    name: "deno-channel",
    pid: 42,
    journal: "ok",
    streams: 0,
    sessions: 1,
    deaf_sessions: 0,
  });
});

Deno.test("GET /healthz tells strangers behind a proxy or a tunnel, and other machines, that it runs and nothing else [http.healthz]", async () => {
  await using port = new Port({ allowedHosts: ["ch.example"] });
  const proxied = { "x-forwarded-for": "203.0.113.9" };
  const cases: [Record<string, string>, FakePeerOptions][] = [
    [proxied, {}],
    [{ host: "ch.example" }, {}],
    [{ ...proxied, host: "ch.example" }, {}],
    [{}, { listener: { ...LOOPBACK, isLoopback: false } }],
  ];
  for (const [headers, peer] of cases) {
    port.peer = peer;
    const response = await port.get("/healthz", headers);
    assertEquals([response.status, await response.json()], [200, { status: "ok" }]);
  }
  port.peer = {};
  const foreignUrl = new Request("http://ch.example/healthz", { headers: { host: "localhost" } });
  const response = await port.owner.app(foreignUrl, createPeer());
  assertEquals(await response.json(), { status: "ok" });
});

Deno.test("/feed is refused by way of a proxy, and at any listener but the first [feed.limits]", async () => {
  await using fixture = createFixture();
  const target = `/feed?nonce=${"a".repeat(64)}`;
  for (const method of ["GET", "POST"]) {
    fixture.peer = {};
    const body = method === "POST" ? "session 7" : null;
    const near = await fixture.send(method, target, {}, body);
    assertEquals(near.status, method === "POST" ? 400 : 200);
    await near.body?.cancel();
    const far = fixture.send(method, target, { "x-forwarded-for": "192.0.2.1" }, body);
    assertEquals(await textOf(await far), [403, "forbidden"]);
    fixture.peer = { listener: { ...LOOPBACK, hasFeeds: false } };
    const second = fixture.send(method, target, {}, body);
    assertEquals(await textOf(await second), [403, "forbidden"]);
  }
  assertEquals(fixture.logged, []);
});

Deno.test("the log says once that a session of an earlier version asks for a feed [feed.versions]", async () => {
  await using fixture = createFixture();
  const upgrade = { upgrade: "websocket", connection: "Upgrade" };
  for (let i = 0; i < 3; i++) {
    const answer = await fixture.get(`/feed?nonce=${"a".repeat(64)}`, upgrade);
    assertEquals(answer.status, 400);
    await answer.body?.cancel();
  }
  assertEquals(fixture.logged, [
    "A session of an earlier version is open and gets no events from this one: open it again. " +
    "Its events stay stored",
  ]);
});

Deno.test("no session is left when another journal begins, until it enters that one [journal.corrupt]", async () => {
  await using fixture = createFixture();
  assertEquals(await textOf(await fixture.post("before")), [200, "ok"]);
  fixture.memory.onReplaced?.();
  assertEquals(await (await fixture.get("/api/sessions")).json(), []);
  assertEquals(await textOf(await fixture.post("meanwhile")), [202, "stored"]);
  fixture.attach();
  assertEquals(await textOf(await fixture.post("after")), [200, "ok"]);
  assertEquals(fixture.pushed.map(({ content }) => content), ["before", "after"]);
});
