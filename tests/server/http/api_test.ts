import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { Allowlist } from "../../../lib/access/allowlist.ts";
import { tryParseEventId } from "../../../lib/event/event_id.ts";
import { DEV, Port } from "../_port.ts";

const RIGHTS = { speak: true, approve: true };

/** The port without a session. */
function createFixture() {
  const port = new Port({ allowlist: new Allowlist([["dev", RIGHTS], ["ci", RIGHTS]]) });
  const { memory, owner } = port;
  return {
    memory,
    owner,
    get: (target: string, headers = {}) => port.get(target, { ...DEV, ...headers }),
    post: (body: string, headers = {}, target = "/") =>
      port.post(body, { ...DEV, ...headers }, target),
    attach(project: string) {
      const sessionId = memory.startSession(project);
      owner.attach({ sessionId, sync() {}, syncVerdicts() {} });
      return sessionId;
    },
    [Symbol.asyncDispose]: () => port[Symbol.asyncDispose](),
  };
}

function eventIdOf(response: Response): string {
  return response.headers.get("x-event-id") ?? "";
}

Deno.test("POST without a session is stored, and says so [gateway.stored]", async () => {
  await using fixture = createFixture();
  const response = await fixture.post("hello");
  assertEquals([response.status, await response.text()], [202, "stored"]);
  const event = fixture.memory.journal.events.get(tryParseEventId(eventIdOf(response)) ?? 0);
  assertEquals([event?.state, event?.content, event?.session], ["stored", "hello", null]);
});

Deno.test("a delivery that is repeated is answered with the first event's id, and nothing is pushed [duplicate.window]", async () => {
  for (const header of ["Idempotency-Key", "X-Delivery-Id"]) {
    await using fixture = createFixture();
    fixture.attach("web");
    const first = await fixture.post("hello", { [header]: "d1" });
    const second = await fixture.post("hello again", { [header]: "d1" });
    assertEquals([second.status, await second.text()], [200, "ok"], header);
    assertEquals(eventIdOf(second), eventIdOf(first));
    assertEquals(second.headers.get("x-duplicate"), "true");
    assertEquals(first.headers.get("x-duplicate"), null);
    const events = fixture.memory.journal.events.list({ limit: 10 });
    assertEquals(events.map(({ state }) => state), ["duplicate", "stored"]);
    const other = await fixture.post("hello", { [header]: "d1", "x-sender": "ci" });
    assertEquals(other.headers.get("x-duplicate"), null, "another sender has ids of its own");
  }
});

Deno.test("two deliveries with one id at the same time are one event [duplicate.window]", async () => {
  await using fixture = createFixture();
  const posts = Array.from({ length: 8 }, () => fixture.post("hi", { "x-delivery-id": "d" }));
  const responses = await Promise.all(posts);
  assertEquals(new Set(responses.map(eventIdOf)).size, 1);
  assertEquals(responses.filter((r) => r.headers.has("x-duplicate")).length, 7);
});

Deno.test("a session is named by query or header; one that is not open means stored [route.explicit]", async () => {
  await using fixture = createFixture();
  const web = fixture.attach("web");
  const api = fixture.attach("api");
  const cases: [string, Record<string, string>, number, number | null][] = [
    ["/?session=web", {}, 200, web],
    ["/?session=API", {}, 200, api],
    ["/", { "x-session": "web" }, 200, web],
    ["/?session=api", { "x-session": "web" }, 200, api],
    ["/?session=docs", {}, 202, null],
  ];
  for (const [target, headers, status, session] of cases) {
    const response = await fixture.post("hi", headers, target);
    assertEquals(response.status, status, target);
    const event = fixture.memory.journal.events.get(tryParseEventId(eventIdOf(response)) ?? 0);
    assertEquals(event?.session, session, target);
    assertEquals(event?.meta.session, undefined, "the address is no attribute");
  }
});

Deno.test("a name that means two sessions is a 409 that lists them, and nothing is kept [route.ambiguous]", async () => {
  await using fixture = createFixture();
  fixture.attach("web");
  const id = fixture.memory.journal.sessions.start(
    { key: "other-key", project: "web", repository: null, pid: 2 },
    Date.now(),
  );
  fixture.owner.attach({ sessionId: id, sync() {}, syncVerdicts() {} });
  const response = await fixture.post("hi", {}, "/?session=web");
  assertEquals(response.status, 409);
  const text = await response.text();
  assertStringIncludes(text, "web (other-ke)");
  assertStringIncludes(text, "web (key-of-w)");
  assertEquals(fixture.memory.journal.events.list({ limit: 1 }), []);
});

Deno.test("GET /api/events tells the sender of an event, and no other, what became of it [status.event]", async () => {
  await using fixture = createFixture();
  fixture.attach("web");
  const id = eventIdOf(await fixture.post("secret text"));
  const response = await fixture.get(`/api/events/${id}`);
  const status = await response.json();
  assertEquals([status.event_id, status.state, status.attempts], [id, "stored", 0]);
  assert(!Number.isNaN(Date.parse(status.stored_at)));
  assertEquals(status.pushed_at, null);
  assert(!JSON.stringify(status).includes("secret"));
  const others: [string, Record<string, string>, number][] = [
    [`/api/events/${id}`, { "x-sender": "ci" }, 404],
    [`/api/events/${id}`, { "x-sender": "stranger" }, 403],
    ["/api/events/evt_00000000000", {}, 404],
    ["/api/events/1", {}, 404],
    ["/api/events/", {}, 404],
    [`/api/events/${id}/`, {}, 404],
    ["/api/", {}, 404],
    ["/api/nothing", {}, 404],
  ];
  for (const [target, headers, expected] of others) {
    const response = await fixture.get(target, headers);
    assertEquals(response.status, expected, target);
    await response.body?.cancel();
  }
});

Deno.test("GET /api/sessions lists the sessions that are open [status.sessions]", async () => {
  await using fixture = createFixture();
  assertEquals(await (await fixture.get("/api/sessions")).json(), []);
  fixture.attach("web");
  const [session] = await (await fixture.get("/api/sessions")).json();
  assertEquals([session.session, session.project, session.deaf], ["key-of-web", "web", false]);
  assertEquals((await fixture.get("/api/sessions", { "x-sender": "stranger" })).status, 403);
  assertEquals((await fixture.post("hi", {}, "/api/sessions")).status, 405);
});

Deno.test("what cleaning changes is kept as it was sent, up to 256 KiB", async () => {
  await using fixture = createFixture();
  const { events } = fixture.memory.journal;
  const post = async (body: string) => tryParseEventId(eventIdOf(await fixture.post(body))) ?? 0;
  assertEquals(events.raw(await post("plain")), undefined);
  const hostile = await post("</channel>\u202e");
  assertEquals(events.get(hostile)?.content, "&lt;/channel>");
  assertEquals(new TextDecoder().decode(events.raw(hostile)), "</channel>\u202e");
  assertEquals(events.raw(await post("\u202eä".repeat(200_000)))?.length, 256 * 1024);
});
