import { assert, assertEquals, assertFalse, assertMatch, assertStringIncludes } from "@std/assert";
import { setPolicy } from "../../../lib/access/changes.ts";
import { isAccessToken } from "../../../lib/access/token.ts";
import { Allowlist } from "../../../lib/access/allowlist.ts";
import { networkOf } from "../../../lib/http/client_address.ts";
import { isPairingCode } from "../../../lib/access/pairing_code.ts";
import { approvePairing, PAIRING_TTL_MS } from "../../../lib/access/pairing.ts";
import type { OwnerOptions } from "../../../server/port/owner.ts";
import { ID_BYTES } from "../../lib/_access.ts";
import { bearer } from "../_memory_access.ts";
import { Port, textOf } from "../_port.ts";

const JSON_TYPE = { "content-type": "application/json" };

/** The port where no header is trusted. */
function createFixture(options: Partial<OwnerOptions> = {}): Port {
  return new Port({ allowlist: new Allowlist([]), ...options });
}

async function ask(port: Port, label = "My Phone", address = "192.0.2.1") {
  port.peer = { address };
  const response = await port.send("POST", "/pair", JSON_TYPE, JSON.stringify({ label }));
  assertEquals(response.status, 201);
  return { response, ...await response.json() };
}

/** Approves a code, as the terminal does. */
async function approve(port: Port, code: string, nowMs = Date.now()): Promise<boolean> {
  const grant = { rights: ["speak", "approve"], chats: "own" } as const;
  const approval = { code, ...grant, randomBytes: ID_BYTES, nowMs };
  return (await port.access.update((access) => approvePairing(access, approval))).ok;
}

/** Lets all pairings have been requested earlier. */
async function age(port: Port, ms: number): Promise<void> {
  await port.access.update((access) => ({
    ok: true,
    access: {
      ...access,
      pairings: access.pairings.map((pairing) => ({
        ...pairing,
        requested_at: pairing.requested_at - ms,
        expires_at: pairing.expires_at - ms,
      })),
    },
  }));
}

Deno.test("POST /pair gives a code to show and an id to ask with, and tells the log the code [access.pairing]", async () => {
  await using port = createFixture();
  const { response, pairing_id, code, label, expires_at } = await ask(port, "My\nPhone");
  assertMatch(pairing_id, /^[A-Za-z0-9_-]{22}$/);
  assert(isPairingCode(code), code);
  assertEquals(label, "My Phone");
  const left = Date.parse(expires_at) - Date.now();
  assert(left > PAIRING_TTL_MS - 60_000 && left <= PAIRING_TTL_MS, expires_at);
  assertEquals(response.headers.get("location"), `/pair/${pairing_id}`);
  assertEquals(response.headers.get("cache-control"), "no-store");
  assertEquals(port.logged, [
    `Pairing code ${code} for "My Phone" from 192.0.2.1. ` +
    `If that is you: deno-channel access pair ${code}`,
  ]);
  const kept = JSON.stringify([port.access.access, port.audit(), port.logged]);
  assertFalse(kept.includes(pairing_id), "only the device has the id");
  assertFalse(JSON.stringify(port.audit()).includes(code));
});

Deno.test("GET /pair/<id> says that it waits, then gives the token, once [access.pairing]", async () => {
  await using port = createFixture();
  const { pairing_id, code } = await ask(port);
  const poll = () => port.get(`/pair/${pairing_id}`, {});
  for (let i = 0; i < 3; i++) {
    const response = await poll();
    assertEquals([response.status, await response.json()], [202, { state: "pending" }]);
  }
  assert(await approve(port, code));
  assertEquals((await port.post("hello", {})).status, 403, "the access file was just read");
  const response = await poll();
  const { token, ...rest } = await response.json();
  assertEquals([response.status, rest], [200, {
    state: "approved",
    sender: "my-phone-k3f9",
    label: "My Phone",
    rights: ["speak", "approve"],
  }]);
  assert(isAccessToken(token), "a token");
  assertEquals(response.headers.get("cache-control"), "no-store");
  assertEquals((await port.post("hello", bearer(token))).status, 202, "it counts at once");
  const [status, text] = await textOf(await poll());
  assertEquals(status, 410);
  assertStringIncludes(text, "claimed before");
  const kept = JSON.stringify([port.access.access, port.audit(), port.logged]);
  assertFalse(kept.includes(token), "only the device has the token");
});

Deno.test("GET /pair/<id> gives the token to one of many requests at once [access.pairing]", async () => {
  await using port = createFixture();
  const { pairing_id, code } = await ask(port);
  assert(await approve(port, code));
  const polls = Array.from({ length: 8 }, () => port.get(`/pair/${pairing_id}`, {}));
  const statuses = (await Promise.all(polls)).map(({ status }) => status).sort();
  assertEquals(statuses, [200, ...Array(7).fill(410)]);
  assertEquals(port.access.access.senders.length, 1);
});

Deno.test("GET /pair/<id> is the only way to the token: HEAD does not take it [access.pairing]", async () => {
  await using port = createFixture();
  const { pairing_id, code } = await ask(port);
  assert(await approve(port, code));
  for (const method of ["HEAD", "POST", "DELETE", "PUT"]) {
    const response = await port.send(method, `/pair/${pairing_id}`);
    assertEquals([response.status, response.headers.get("allow")], [405, "GET"], method);
  }
  assertEquals((await port.send("GET", "/pair")).status, 405);
  assertEquals((await port.get(`/pair/${pairing_id}`, {})).status, 200);
});

Deno.test("GET /pair/<id> is gone for an unknown id, and after the pairing has expired [access.pairing]", async () => {
  await using port = createFixture();
  const { pairing_id, code } = await ask(port);
  const swapped = pairing_id.split("").reverse().join("");
  assertEquals((await port.get(`/pair/${swapped}`, {})).status, 410);
  for (const id of ["", "x", `${pairing_id}x`, `${pairing_id}/`, pairing_id.slice(1)]) {
    const response = await port.get(`/pair/${id}`, {});
    assert(response.status === 403 || response.status === 404, `${id}: ${response.status}`);
  }
  await age(port, PAIRING_TTL_MS);
  const [status, text] = await textOf(await port.get(`/pair/${pairing_id}`, {}));
  assertEquals(status, 410);
  assertStringIncludes(text, "has expired");
  assertFalse(await approve(port, code));
});

Deno.test("POST /pair refuses a fourth that waits, and a third of an address within an hour [access.pairing]", async () => {
  await using port = createFixture();
  const refused = async (address: string) => {
    port.peer = { address };
    const response = await port.send("POST", "/pair", {}, "label=x");
    const seconds = Number(response.headers.get("retry-after"));
    return [response.status, seconds, await response.text()] as const;
  };
  await ask(port, "1", "192.0.2.1");
  await ask(port, "2", "192.0.2.1");
  const [status, seconds, text] = await refused("192.0.2.1");
  assertEquals([status, text.includes("from this address")], [429, true]);
  assert(seconds > 3500 && seconds <= 3600, `${seconds}`);
  await ask(port, "3", "192.0.2.2");
  const [statusOfFourth, secondsOfFourth, textOfFourth] = await refused("2001:db8:1:2::3");
  assertEquals([statusOfFourth, secondsOfFourth], [429, 60]);
  assertStringIncludes(textOfFourth, "wait for approval");
  await age(port, PAIRING_TTL_MS);
  await ask(port, "4", "192.0.2.3");
  assertEquals((await refused("192.0.2.1"))[0], 429, "the hour is not over");
  await age(port, 3_600_000 - PAIRING_TTL_MS + 1);
  await ask(port, "5", "192.0.2.1");
  const details = port.audit().filter(({ action }) => action === "refuse");
  assertEquals(details.map(({ actor, subject, detail }) => `${actor} ${subject} ${detail}`), [
    "192.0.2.1 pair address",
    `${networkOf("2001:db8:1:2::3")} pair pending`,
  ], "a repetition is counted");
});

Deno.test("POST /pair is refused where the policy is another, or the file cannot be used [access.policy] [access.unusable]", async () => {
  await using port = createFixture();
  for (const policy of ["allowlist", "disabled"] as const) {
    await port.access.update((access) => setPolicy(access, policy));
    const [status, text] = await textOf(await port.send("POST", "/pair", {}, "label=x"));
    assertEquals(status, 403);
    assertStringIncludes(text, `it is "${policy}"`);
  }
  port.access.fault = "the secret path";
  for (const [method, path] of [["POST", "/pair"], ["GET", `/pair/${"x".repeat(22)}`]] as const) {
    const [status, text] = await textOf(await port.send(method, path));
    assertEquals([status, text], [503, "the access file cannot be used: see the log"]);
  }
  assertEquals(port.logged, []);
  assertEquals(port.access.access.pairings, []);
});

Deno.test("POST /pair counts as a request of a stranger, before the body is read [access.limits]", async () => {
  await using port = createFixture({ rateLimitPerMinute: 6 });
  const unread = () =>
    new ReadableStream({
      pull() {
        throw new Error("The body must not be read");
      },
    }, { highWaterMark: 0 });
  await ask(port);
  await ask(port);
  const refusal = await port.send("POST", "/pair", {}, unread());
  assertEquals([refusal.status, refusal.headers.get("retry-after")], [429, "10"]);
  assertStringIncludes(await refusal.text(), "too many requests");
  assertEquals(port.audit().at(-1), {
    action: "rate-limit",
    actor: "192.0.2.1",
    subject: "",
    detail: "requests",
    times: 1,
  });
});

Deno.test("GET /pair/<id> counts as a request of a stranger, too, and loses nothing by it [access.limits]", async () => {
  await using port = createFixture({ rateLimitPerMinute: 6 });
  const { pairing_id, code } = await ask(port);
  assert(await approve(port, code));
  assertEquals((await port.get(`/pair/${"x".repeat(22)}`, {})).status, 410);
  const refusal = await port.get(`/pair/${pairing_id}`, {});
  assertEquals([refusal.status, refusal.headers.get("retry-after")], [429, "10"]);
  port.peer = { address: "192.0.2.2" };
  assertEquals((await port.get(`/pair/${pairing_id}`, {})).status, 200);
});

Deno.test("POST /pair takes a label and nothing else [access.pairing]", async () => {
  await using port = createFixture();
  for (const body of ["{", '{"label":1}', '{"rights":"approve"}', "code=ABCDEF"]) {
    assertEquals((await port.send("POST", "/pair", {}, body)).status, 400, body);
  }
  assertEquals((await port.send("POST", "/pair", {}, "x".repeat(1024 * 1024 + 1))).status, 413);
  assertEquals(port.access.access.pairings, []);
  const { label } = await ask(port, "\u202e");
  assertEquals(label, "device");
});

Deno.test("the audit has the device that asks, and the sender that was let in [audit.rows]", async () => {
  await using port = createFixture();
  const { pairing_id, code } = await ask(port, "My Phone", "192.0.2.7");
  assert(await approve(port, code));
  await port.get(`/pair/${pairing_id}`, {});
  const row = { actor: "192.0.2.7", times: 1 };
  assertEquals(port.audit(), [
    { ...row, action: "ask", subject: "pair", detail: "My Phone" },
    { ...row, action: "pair", subject: "my-phone-k3f9", detail: "speak approve" },
  ]);
});
