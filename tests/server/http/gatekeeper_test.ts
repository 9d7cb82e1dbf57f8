import { assert, assertEquals, assertMatch } from "@std/assert";
import { removeSender, setPolicy, setRights } from "../../../lib/access/changes.ts";
import { Allowlist } from "../../../lib/access/allowlist.ts";
import { tryParseAddressRange } from "../../../lib/http/ip_address.ts";
import type { Caller } from "../../../server/access/credentials.ts";
import { createGatekeeper } from "../_gatekeeper.ts";
import { bearer, createToken } from "../_memory_access.ts";
import { createPeer } from "../_peer.ts";
import { DEV, TRUSTED } from "../_port.ts";

const MINUTE_MS = 60_000;

function callerOf(id: string): Caller {
  const rights = { speak: true, approve: false };
  return { id, rights, approves: false, chats: "own", way: "token", proof: "", access: undefined };
}

function seconds(response: Response | undefined): number {
  return Number(response?.headers.get("retry-after"));
}

Deno.test("Gatekeeper answers a wrong token with 401 and how to authenticate, all else with 403 [access.token]", async () => {
  const { access, gatekeeper } = createGatekeeper({ allowlist: TRUSTED });
  const { token } = await createToken();
  const { authorization } = bearer(await access.letIn("phone"));
  const cases: [Record<string, string>, number][] = [
    [bearer(token), 401],
    [{ authorization: "Basic eDp5" }, 401],
    [{ authorization, "x-sender": "dev" }, 401],
    [{ cookie: "deno_channel=x" }, 403],
    [{ "x-sender": "stranger" }, 403],
    [{}, 403],
  ];
  for (const [headers, status] of cases) {
    const refusal = await gatekeeper.identify(new Request("http://x/", { headers }), createPeer());
    assert(refusal instanceof Response);
    const what = JSON.stringify(headers);
    assertEquals(refusal.status, status, what);
    assertEquals(refusal.headers.get("www-authenticate"), status === 401 ? "Bearer" : null, what);
    assertEquals(await refusal.text(), status === 401 ? "unauthorized" : "forbidden", what);
  }
});

Deno.test("Gatekeeper writes down why it refuses, and neither the token nor the name that was said [audit.rows]", async () => {
  const { access, identify, notes } = createGatekeeper({ allowlist: TRUSTED });
  const token = await access.letIn("muted", { rights: [] });
  const other = await access.letIn("phone");
  await identify({ authorization: "Bearer dct_secret" }, { address: "192.0.2.1" });
  await identify({ ...bearer(other), "x-sender": "dev" });
  await identify({ cookie: "deno_channel=secret" });
  await identify({ "x-sender": "secret" });
  await identify({});
  await identify(bearer(token));
  await access.update((a) => setPolicy(a, "disabled"));
  await identify(bearer(other));
  access.fault = "the secret path";
  await identify(DEV);
  assertEquals(notes(), [
    "refuse|192.0.2.1||wrong token",
    "refuse|127.0.0.1||the token of another sender",
    "refuse|127.0.0.1||wrong cookie",
    "refuse|127.0.0.1||unknown sender",
    "refuse|127.0.0.1||no credentials",
    "refuse|127.0.0.1|muted|no rights",
    "refuse|127.0.0.1||the policy is disabled",
    "refuse|127.0.0.1||the access file cannot be used",
  ]);
});

Deno.test("Gatekeeper refuses a sender without a right left, by any credential [access.token]", async () => {
  const { access, identify } = createGatekeeper();
  const token = bearer(await access.letIn("phone"));
  assertEquals(await identify(token), "token phone");
  await access.update((a) => setRights(a, { id: "phone", rights: ["approve"] }));
  assertEquals(await identify(token), "token phone");
  await access.update((a) => setRights(a, { id: "phone", rights: [] }));
  assertEquals(await identify(token), 403);
  await access.update((a) => removeSender(a, "phone"));
  assertEquals(await identify(token), 401);
});

Deno.test("Gatekeeper looks at no credentials of an address after ten wrong ones in a minute [access.failures]", async () => {
  const { access, clock, gatekeeper, identify, looks, notes } = createGatekeeper();
  const token = bearer(await access.letIn("phone"));
  const wrong = { authorization: "Bearer x" };
  for (let i = 1; i <= 10; i++) assertEquals(await identify(wrong), 401, `${i}`);
  assertEquals(looks.count, 10);
  const refusal = await gatekeeper.identify(
    new Request("http://localhost/", { headers: token }),
    createPeer(),
  );
  assert(refusal instanceof Response);
  assertEquals([refusal.status, seconds(refusal)], [429, 6]);
  assertMatch(await refusal.text(), /^too many wrong credentials/);
  for (const headers of [wrong, token, {}]) assertEquals(await identify(headers), 429);
  assertEquals(looks.count, 10, "nothing is looked at");
  assertEquals(notes().at(-1), "rate-limit|127.0.0.1||wrong credentials");
  const other = bearer(await access.letIn("other"));
  assertEquals(await identify(other, { address: "127.0.0.2" }), "token other");
  clock.now += 5999;
  assertEquals(await identify(token), 429);
  clock.now += 1;
  assertEquals([await identify(wrong), await identify(token)], [401, 429], "one has come back");
  clock.now += MINUTE_MS;
  assertEquals(await identify(token), "token phone");
});

Deno.test("Gatekeeper takes a credential that was right before and still is, whatever others at its address have given [access.failures]", async () => {
  const { access, clock, identify, looks } = createGatekeeper({ allowlist: TRUSTED });
  const token = bearer(await access.letIn("phone"));
  const wrong = { authorization: "Bearer x" };
  assertEquals(await identify(token), "token phone");
  for (let i = 1; i <= 10; i++) await identify(wrong);
  assertEquals([await identify(wrong), await identify(DEV), await identify({})], [429, 429, 429]);
  for (let i = 0; i < 20; i++) assertEquals(await identify(token), "token phone");
  assertEquals(await identify({ ...token, "x-sender": "dev" }), 401, "but under its own name");
  await access.update((a) => removeSender(a, "phone"));
  assertEquals([await identify(token), await identify(token)], [401, 429]);
  assertEquals(looks.count, 1 + 10 + 20 + 2, "nothing else is looked at");
  clock.now += MINUTE_MS;
  assertEquals(await identify(token), 401);
});

Deno.test("Gatekeeper.recall() refuses a sender that was removed while its body came [access.token]", async () => {
  const { access, gatekeeper, notes } = createGatekeeper();
  const token = bearer(await access.letIn("phone"));
  const peer = createPeer({ address: "192.0.2.1" });
  const request = new Request("http://localhost/", { headers: token });
  const caller = await gatekeeper.identify(request, peer);
  assert(!(caller instanceof Response));
  assertEquals(gatekeeper.recall(caller, peer), caller);
  await access.update((a) => removeSender(a, "phone"));
  gatekeeper.refresh();
  const refusal = gatekeeper.recall(caller, peer);
  assert(refusal instanceof Response);
  assertEquals(refusal.status, 403);
  assertEquals(notes(), ["refuse|192.0.2.1|phone|not let in any more"]);
});

Deno.test("Gatekeeper.refuseForeign() limits each network, apart from strangers [access.limits]", async () => {
  const { gatekeeper, notes } = createGatekeeper({ perMinute: 6 });
  const foreign = { ok: false, code: "host_foreign", message: "another host" } as const;
  const refuse = (address: string) => gatekeeper.refuseForeign(createPeer({ address }), foreign);
  const first = refuse("2001:db8::1");
  assertEquals([first.status, await first.text()], [403, "forbidden: another host"]);
  assertEquals([refuse("2001:db8::2").status, refuse("2001:db8::3").status], [403, 429]);
  assertEquals(refuse("2001:db8:0:1::1").status, 403);
  assertEquals(gatekeeper.admitStranger(createPeer({ address: "2001:db8::1" })), undefined);
  assertEquals(notes().slice(0, 3), [
    "refuse|2001:db8::/64||host_foreign",
    "refuse|2001:db8::/64||host_foreign",
    "rate-limit|2001:db8::/64||foreign requests",
  ]);
});

Deno.test("Gatekeeper counts wrong cookies and names as it counts wrong tokens, and nothing else [access.failures]", async () => {
  const cases: [Record<string, string>, boolean][] = [
    [{ cookie: "deno_channel=x" }, true],
    [{ "x-sender": "stranger" }, true],
    [{ authorization: "" }, true],
    [{}, false],
    [{ cookie: "theme=dark" }, false],
    [DEV, false],
  ];
  for (const [headers, counts] of cases) {
    const { identify } = createGatekeeper({ allowlist: TRUSTED });
    for (let i = 0; i < 10; i++) assert(await identify(headers) !== 429);
    assertEquals(await identify(DEV), counts ? 429 : "header dev", JSON.stringify(headers));
  }
});

Deno.test("Gatekeeper counts by the address behind proxies that are trusted, and by no other [access.failures]", async () => {
  const range = tryParseAddressRange("10.0.0.1");
  assert(range);
  const wrong = (i: number) => ({ authorization: "x", "x-forwarded-for": `192.0.2.${i}` });
  for (const trustedProxies of [[], [range]]) {
    const { identify } = createGatekeeper();
    const peer = { address: "10.0.0.1", trustedProxies };
    for (let i = 0; i < 10; i++) await identify(wrong(i), peer);
    const expected = trustedProxies.length === 0 ? 429 : 401;
    assertEquals(await identify(wrong(99), peer), expected, `${trustedProxies.length}`);
  }
});

Deno.test("Gatekeeper.admit() limits each sender, by the clock [access.limits]", () => {
  const { clock, gatekeeper, notes } = createGatekeeper({ perMinute: 60 });
  const [ci, ops] = [callerOf("ci"), callerOf("ops")];
  const peer = createPeer();
  for (let i = 0; i < 20; i++) assertEquals(gatekeeper.admit(ci, peer), undefined, `${i}`);
  const refusal = gatekeeper.admit(ci, peer);
  assertEquals([refusal?.status, seconds(refusal)], [429, 1]);
  assertEquals(notes().at(-1), "rate-limit|ci||posts");
  assertEquals(gatekeeper.admit(ci, createPeer({ address: "192.0.2.1" }))?.status, 429);
  assertEquals(gatekeeper.admit(ops, peer), undefined, "another sender at the same address");
  clock.now += 999;
  assertEquals(gatekeeper.admit(ci, peer)?.status, 429);
  clock.now += 1;
  assertEquals(gatekeeper.admit(ci, peer), undefined);
  assertEquals(gatekeeper.admit(ci, peer)?.status, 429);
  clock.now += MINUTE_MS;
  let count = 0;
  while (gatekeeper.admit(ci, peer) === undefined) count++;
  assertEquals(count, 20);
});

Deno.test("Gatekeeper.admitStranger() limits each address, by the clock, and apart from senders [access.limits]", async () => {
  const { access, clock, gatekeeper, identify } = createGatekeeper({ perMinute: 6 });
  const token = bearer(await access.letIn("phone"));
  const [peer, other] = [createPeer(), createPeer({ address: "192.0.2.1" })];
  assertEquals(gatekeeper.admitStranger(peer), undefined);
  assertEquals(await identify({}), 403, "a request without credentials counts, too");
  assertEquals([await identify({}), await identify({ cookie: "deno_channel=x" })], [429, 429]);
  assertEquals(await identify({ authorization: "x" }), 429);
  const refusal = gatekeeper.admitStranger(peer);
  assertEquals([refusal?.status, seconds(refusal)], [429, 10]);
  assertEquals(gatekeeper.admitStranger(other), undefined);
  assertEquals(await identify(token), "token phone");
  assertEquals(gatekeeper.admit(callerOf("phone"), peer), undefined);
  clock.now += 10_000;
  assertEquals(gatekeeper.admitStranger(peer), undefined);
  assertEquals(gatekeeper.admitStranger(peer)?.status, 429);
});

Deno.test("Gatekeeper counts the addresses of one IPv6 network as one [access.limits] [access.failures]", async () => {
  const { access, gatekeeper, identify, notes } = createGatekeeper({ perMinute: 60 });
  const token = bearer(await access.letIn("phone"));
  const wrong = { authorization: "Bearer x" };
  for (let i = 1; i <= 10; i++) {
    assertEquals(await identify(wrong, { address: `2001:db8::${i}` }), 401, `${i}`);
  }
  assertEquals(await identify(token, { address: "2001:db8::ffff" }), 429);
  assertEquals(notes().at(-1), "rate-limit|2001:db8::/64||wrong credentials");
  assertEquals(await identify(token, { address: "2001:db8:0:1::1" }), "token phone");
  let count = 0;
  while (!gatekeeper.admitStranger(createPeer({ address: `2001:db8:1::${count}` }))) count++;
  assertEquals(count, 20);
});

Deno.test("Gatekeeper limits no sender without a limit, but wrong credentials all the same [access.limits]", async () => {
  const { gatekeeper, identify } = createGatekeeper({ perMinute: 0 });
  const peer = createPeer();
  for (let i = 0; i < 1000; i++) {
    assertEquals(gatekeeper.admit(callerOf("ci"), peer), undefined);
    assertEquals(gatekeeper.admitStranger(peer), undefined);
  }
  for (let i = 0; i < 10; i++) await identify({ authorization: "x" });
  assertEquals(await identify({ authorization: "x" }), 429);
});

Deno.test("Gatekeeper.admit() writes once a minute that a sender was let in, and from where [audit.rows]", () => {
  const { clock, gatekeeper, notes, used } = createGatekeeper();
  const peer = createPeer({ address: "192.0.2.1" });
  for (let i = 0; i < 3; i++) gatekeeper.admit(callerOf("ci"), peer);
  gatekeeper.admit(callerOf("ops"), peer);
  const expected = [
    "allow|ci|post|token from 192.0.2.1",
    "allow|ops|post|token from 192.0.2.1",
  ];
  assertEquals([notes(), used], [expected, ["ci", "ops"]]);
  clock.now += MINUTE_MS - 1;
  gatekeeper.admit(callerOf("ci"), peer);
  assertEquals(used.length, 2);
  clock.now += 1;
  gatekeeper.admit(callerOf("ci"), createPeer({ address: "192.0.2.2" }));
  assertEquals(notes().slice(2), ["allow|ci|post|token from 192.0.2.2"]);
});

Deno.test("Gatekeeper lets a listener without a name in where the header is trusted, and only there [access.header]", async () => {
  const listen = (headers: Record<string, string>, allowlist: Allowlist) => {
    const { gatekeeper, identify } = createGatekeeper({ allowlist });
    return identify(headers, {}, gatekeeper.anonymous);
  };
  const none = new Allowlist([]);
  assertEquals([await listen({}, TRUSTED), await listen({}, none)], ["header ", 403]);
  assertEquals([await listen(DEV, TRUSTED), await listen(DEV, none)], ["header dev", 403]);
  const wrong: [Record<string, string>, number][] = [
    [{ authorization: "Bearer x" }, 401],
    [{ authorization: "" }, 401],
    [{ cookie: "deno_channel=x" }, 403],
    [{ "x-sender": "stranger" }, 403],
    [{ "x-sender": "" }, 403],
  ];
  for (const [headers, status] of wrong) {
    assertEquals(await listen(headers, TRUSTED), status, JSON.stringify(headers));
  }
});

Deno.test("Gatekeeper lets no sender in, also to listen, while the policy is disabled [access.policy] or the file cannot be used [access.unusable]", async () => {
  for (const isPolicy of [true, false]) {
    const { access, gatekeeper, identify } = createGatekeeper({ allowlist: TRUSTED });
    const token = bearer(await access.letIn("phone"));
    assertEquals(gatekeeper.refuseClosed(createPeer()), undefined);
    if (isPolicy) await access.update((a) => setPolicy(a, "disabled"));
    else access.fault = "broken";
    for (const headers of [token, DEV, { authorization: "Bearer x" }, {}]) {
      const what = JSON.stringify([isPolicy, headers]);
      assertEquals(await identify(headers), 403, what);
      assertEquals(await identify(headers, {}, gatekeeper.anonymous), 403, what);
    }
    assertEquals(gatekeeper.refuseClosed(createPeer())?.status, 403);
  }
});
