import { assert, assertEquals, assertFalse, assertMatch } from "@std/assert";
import { type Access, MAX_SIGN_INS } from "../../../lib/access/access_file.ts";
import { removeSender, rotateToken, setPolicy } from "../../../lib/access/changes.ts";
import { tryParseAddressRange } from "../../../lib/http/ip_address.ts";
import type { AccessOutcome } from "../../../server/access/store.ts";
import type { OwnerOptions } from "../../../server/port/owner.ts";
import { bearer, createToken } from "../_memory_access.ts";
import { type FakePeerOptions, LOOPBACK } from "../_peer.ts";
import { DEV, Port, textOf } from "../_port.ts";

/** The port with a sender who can sign in. */
async function createFixture(options: Partial<OwnerOptions> = {}) {
  const port = new Port(options);
  const token = await port.access.letIn("phone", { rights: ["speak", "approve"], chats: "all" });
  return {
    port,
    token,
    signIn: (body = JSON.stringify({ token }), headers = {}) =>
      port.send("POST", "/session", headers, body),
    [Symbol.asyncDispose]: () => port[Symbol.asyncDispose](),
  };
}

/** The header by which a browser sends back the cookie of an answer. */
function cookieOf(response: Response): { cookie: string } {
  const [cookie = ""] = response.headers.get("set-cookie")?.split(";") ?? [];
  return { cookie };
}

const DESCRIPTION = { sender: "phone", rights: ["speak", "approve"], chats: "all" };

Deno.test("POST /session gives a cookie for a token, in the body or in the header [access.cookie]", async () => {
  await using fixture = await createFixture();
  const { port, token } = fixture;
  const requests: [string, Record<string, string>][] = [
    [JSON.stringify({ token }), {}],
    [`token=${token}`, {}],
    ["", bearer(token)],
    ["{}", { ...bearer(token), "x-sender": "phone" }],
  ];
  for (const [body, headers] of requests) {
    const response = await fixture.signIn(body, headers);
    assertEquals([response.status, await response.json()], [200, DESCRIPTION]);
    assertEquals(response.headers.get("cache-control"), "no-store");
    const { cookie } = cookieOf(response);
    assertMatch(cookie, /^deno_channel=[A-Za-z0-9_-]{43}$/);
    const described = await port.get("/session", { cookie });
    assertEquals([described.status, await described.json()], [200, DESCRIPTION], "at once");
    assertEquals((await port.post("hi", { cookie })).status, 202);
    assertEquals(await port.statusOf(port.get("/events", { cookie })), 200);
  }
  const kept = JSON.stringify([port.access.access, port.audit(), port.logged]);
  assertFalse(kept.includes(token));
});

Deno.test("the cookie is kept from scripts and other sites, for thirty days, and from plain HTTP where there is better [access.cookie]", async () => {
  const range = tryParseAddressRange("127.0.0.1");
  assert(range);
  const secure = { listener: { ...LOOPBACK, isLoopback: false, isSecure: true } };
  const proxied = { trustedProxies: [range] };
  const https = { "x-forwarded-proto": "https" };
  const cases: [string, FakePeerOptions, Record<string, string>, boolean][] = [
    ["plain", {}, {}, false],
    ["TLS", secure, {}, true],
    ["TLS at a proxy", proxied, https, true],
    ["plain at a proxy", proxied, {}, false],
    ["a proxy that is not trusted", {}, https, false],
  ];
  for (const [what, peer, headers, isSecure] of cases) {
    await using fixture = await createFixture();
    fixture.port.peer = peer;
    const response = await fixture.signIn(undefined, headers);
    const [, ...attributes] = response.headers.get("set-cookie")?.split("; ") ?? [];
    assertEquals(
      attributes.sort(),
      [
        "HttpOnly",
        "Max-Age=2592000",
        "Path=/",
        "SameSite=Strict",
        ...(isSecure ? ["Secure"] : []),
      ],
      what,
    );
  }
});

Deno.test("POST /session gives no cookie for anything but a token that is right [access.cookie]", async () => {
  const { token: unknown } = await createToken();
  const refused: [string, Record<string, string>, number][] = [
    [JSON.stringify({ token: unknown }), {}, 401],
    [JSON.stringify({ token: "" }), {}, 401],
    [JSON.stringify({ token: "line\nbreak" }), {}, 401],
    [JSON.stringify({ token: "\u0000" }), {}, 401],
    [JSON.stringify({ token: "日本" }), {}, 401],
    ["{}", {}, 401],
    ["{}", DEV, 401],
    ["", bearer(unknown), 401],
    ["", { authorization: "" }, 401],
    ['{"token":1}', {}, 400],
    ['{"name":"phone"}', {}, 400],
    ["[]", {}, 400],
  ];
  for (const [body, headers, status] of refused) {
    await using fixture = await createFixture();
    const response = await fixture.signIn(body, headers);
    assertEquals(response.status, status, JSON.stringify([body, headers]));
    assertEquals(response.headers.get("set-cookie"), null);
    assertEquals(response.headers.get("www-authenticate"), status === 401 ? "Bearer" : null);
    assertEquals(fixture.port.logged, [], "no fault of ours");
  }
  await using fixture = await createFixture();
  const beside = { ...bearer(fixture.token), "x-sender": "dev" };
  assertEquals((await fixture.signIn("", beside)).status, 401);
  const cookie = cookieOf(await fixture.signIn());
  assertEquals((await fixture.signIn("{}", cookie)).status, 401, "a cookie begets no cookie");
  assertEquals(fixture.port.access.access.senders[0]?.sign_ins.length, 1);
});

Deno.test("POST /session ends after ten wrong tokens of an address, also for a right one [access.failures]", async () => {
  await using fixture = await createFixture();
  for (let i = 0; i < 10; i++) {
    assertEquals((await fixture.signIn(`token=${i}`)).status, 401, `${i}`);
  }
  const response = await fixture.signIn();
  assertEquals([response.status, response.headers.get("retry-after")], [429, "6"]);
  assertEquals(response.headers.get("set-cookie"), null);
  fixture.port.peer = { address: "127.0.0.2" };
  assertEquals((await fixture.signIn()).status, 200);
});

Deno.test("POST /session counts as a request of a stranger, before the body is read [access.limits]", async () => {
  await using fixture = await createFixture({ rateLimitPerMinute: 6 });
  for (let i = 0; i < 2; i++) assertEquals((await fixture.signIn()).status, 200);
  const body = new ReadableStream({
    pull() {
      throw new Error("The body must not be read");
    },
  }, { highWaterMark: 0 });
  assertEquals((await fixture.port.send("POST", "/session", {}, body)).status, 429);
});

Deno.test("POST /session gives no cookie for a token that is rotated, or whose sender is removed, before the sign-in is kept [access.cookie]", async () => {
  const { tokenSha256 } = await createToken();
  const changes: readonly ((access: Access) => AccessOutcome)[] = [
    (access) => rotateToken(access, { id: "phone", tokenSha256 }),
    (access) => removeSender(access, "phone"),
  ];
  for (const change of changes) {
    await using fixture = await createFixture();
    const { access } = fixture.port;
    const { update } = access;
    // The first change holds the lock of the file.
    access.update = async (next) => {
      access.update = update;
      await access.update(change);
      return await access.update(next);
    };
    const response = await fixture.signIn();
    assertEquals([response.status, response.headers.get("set-cookie")], [401, null]);
    assertEquals(access.access.senders.flatMap(({ sign_ins }) => sign_ins), []);
    assertEquals(fixture.port.audit(), []);
  }
});

Deno.test("GET /session names the sender, by any way, and tells strangers nothing [access.cookie]", async () => {
  await using fixture = await createFixture();
  const { port, token } = fixture;
  const response = await port.get("/session", bearer(token));
  assertEquals([response.status, await response.json()], [200, DESCRIPTION]);
  const named = { sender: "approver", rights: ["approve"], chats: "all" };
  assertEquals(await (await port.get("/session", { "x-sender": "approver" })).json(), named);
  assertEquals(await textOf(await port.get("/session", {})), [403, "forbidden"]);
  const cookie = { cookie: "deno_channel=x" };
  assertEquals(await textOf(await port.get("/session", cookie)), [403, "forbidden"]);
  assertEquals((await port.send("HEAD", "/session", bearer(token))).status, 200);
  assertEquals((await port.send("PUT", "/session", bearer(token))).status, 405);
});

Deno.test("DELETE /session ends the sign-in: its cookie is worth nothing, and others are as before [access.cookie]", async () => {
  await using fixture = await createFixture();
  const { port, token } = fixture;
  const [first, second] = [cookieOf(await fixture.signIn()), cookieOf(await fixture.signIn())];
  const response = await port.send("DELETE", "/session", first);
  assertEquals([response.status, await response.json()], [200, {}]);
  assertMatch(
    response.headers.get("set-cookie") ?? "",
    /^deno_channel=; .*Expires=Thu, 01 Jan 1970/,
  );
  for (const method of ["GET", "DELETE"]) {
    assertEquals(await textOf(await port.send(method, "/session", first)), [403, "forbidden"]);
  }
  assertEquals((await port.post("replayed", first)).status, 403);
  assertEquals(await port.statusOf(port.get("/events", first)), 403);
  for (const headers of [second, bearer(token)]) {
    assertEquals((await port.get("/session", headers)).status, 200);
  }
  await port.send("DELETE", "/session", bearer(token));
  assertEquals((await port.get("/session", second)).status, 200, "a token ends no sign-in");
});

Deno.test("signing in and out is written down, without a secret [audit.rows]", async () => {
  await using fixture = await createFixture();
  fixture.port.peer = { address: "192.0.2.1" };
  const cookie = cookieOf(await fixture.signIn());
  await fixture.port.send("DELETE", "/session", cookie);
  const row = { actor: "phone", subject: "", times: 1 };
  assertEquals(fixture.port.audit(), [
    { ...row, action: "sign-in", detail: "from 192.0.2.1" },
    { ...row, action: "sign-out", detail: "" },
  ]);
});

Deno.test("the cookie of a sender that was removed, or while the policy is disabled, is worth nothing [access.cookie] [access.policy]", async () => {
  await using fixture = await createFixture();
  const { port } = fixture;
  const cookie = cookieOf(await fixture.signIn());
  const statuses = async () => {
    port.owner.sync(0);
    return [
      (await port.post("hi", cookie)).status,
      await port.statusOf(port.get("/events", cookie)),
      (await fixture.signIn()).status,
    ];
  };
  assertEquals(await statuses(), [202, 200, 200]);
  await port.access.update((access) => setPolicy(access, "disabled"));
  assertEquals(await statuses(), [403, 403, 403]);
  await port.access.update((access) => setPolicy(access, "allowlist"));
  assertEquals(await statuses(), [202, 200, 200]);
  await port.access.update((access) => removeSender(access, "phone"));
  assertEquals(await statuses(), [403, 403, 401]);
});

Deno.test("a sender is signed in with so many browsers: beyond that the oldest leaves [access.cookie]", async () => {
  await using fixture = await createFixture();
  const cookies = [];
  for (let i = 0; i <= MAX_SIGN_INS; i++) cookies.push(cookieOf(await fixture.signIn()));
  const statuses = [];
  for (const cookie of cookies) statuses.push((await fixture.port.get("/session", cookie)).status);
  assertEquals(statuses, [403, ...Array(MAX_SIGN_INS).fill(200)]);
});
