import { assert, assertEquals } from "@std/assert";
import {
  addSignIn,
  removeSender,
  removeSignIn,
  rotateToken,
  setPolicy,
  setRights,
} from "../../lib/access_changes.ts";
import { Allowlist } from "../../lib/allowlist.ts";
import { createCookieValue } from "../../server/cookie_signature.ts";
import { type Caller, Credentials } from "../../server/credentials.ts";
import { hashToken } from "../../server/hash_token.ts";
import { bearer, createToken, MemoryAccess } from "./_memory_access.ts";
import { TRUSTED } from "./_port.ts";

const NOW = Date.UTC(2026, 10, 21);
const CLOSED: readonly [(access: MemoryAccess) => unknown, string][] = [
  [(access) => access.update((a) => setPolicy(a, "disabled")), "the policy is disabled"],
  [(access) => access.fault = "broken", "the access file cannot be used"],
];

/** Credentials at a time that is set by hand, where nobody was let in. */
function createFixture(allowlist: Allowlist = new Allowlist([])) {
  const access = new MemoryAccess();
  const clock = { now: NOW };
  const credentials = new Credentials({ access, allowlist, now: () => clock.now });
  return {
    access,
    clock,
    credentials,
    /** Who makes a request, after what has become of the access file by then. */
    async identify(headers: Record<string, string>): Promise<string> {
      credentials.refresh();
      const found = await credentials.identify(new Headers(headers));
      if (found.kind === "caller") return `${found.caller.way} ${found.caller.id}`;
      return "reason" in found ? `${found.kind}: ${found.reason}` : found.kind;
    },
    /** The caller that is let in. */
    async caller(headers: Record<string, string>): Promise<Caller> {
      const found = await credentials.identify(new Headers(headers));
      assert(found.kind === "caller", found.kind);
      return found.caller;
    },
    /** Signs a sender in; returns the headers that prove it. */
    async signIn(id: string, ttlMs = 1000): Promise<{ cookie: string }> {
      const { value, sha256 } = await createCookieValue(access.access.cookie_key);
      const signIn = { id, signInSha256: sha256, nowMs: clock.now, ttlMs };
      assert((await access.update((a) => addSignIn(a, signIn))).ok);
      return { cookie: `theme=dark; deno_channel=${value}` };
    },
  };
}

Deno.test("Credentials find the sender of a token, with its rights and chats [access.token]", async () => {
  const { access, caller } = createFixture();
  const token = await access.letIn("ops", { rights: ["approve", "speak"], chats: "all" });
  const ci = await access.letIn("ci");
  assertEquals(await caller(bearer(token)), {
    id: "ops",
    rights: { speak: true, approve: true },
    approves: true,
    chats: "all",
    way: "token",
    proof: await hashToken(token),
  });
  const { id, rights, approves, chats } = await caller(bearer(ci));
  assertEquals([id, rights, approves, chats], [
    "ci",
    { speak: true, approve: false },
    false,
    "own",
  ]);
});

Deno.test("Credentials find nobody by a token that is not right to the letter [access.token]", async () => {
  const { access, identify } = createFixture(TRUSTED);
  const token = await access.letIn("ci");
  const { token: unknown } = await createToken();
  const flipped = `${token.slice(0, -2)}${token.at(-2) === "A" ? "B" : "A"}${token.at(-1)}`;
  const wrong = [
    `Bearer ${unknown}`,
    `Bearer ${token.slice(0, -1)}`,
    `Bearer ${token}A`,
    `Bearer ${flipped}`,
    `Bearer ${token.toUpperCase()}`,
    `Bearer ${token.slice(4)}`,
    `Bearer  ${token}`,
    `Bearer ${token}, Bearer ${token}`,
    `Basic ${btoa(`ci:${token}`)}`,
    `Bearer ${await hashToken(token)}`,
    token,
    "Bearer",
    "",
  ];
  for (const authorization of wrong) {
    assertEquals(await identify({ authorization }), "wrong: wrong token", authorization);
    const beside = { authorization, "x-sender": "dev" };
    assertEquals(await identify(beside), "wrong: wrong token", `${authorization} beside a name`);
  }
  assertEquals(await identify({ authorization: `bearer ${token}` }), "token ci");
});

Deno.test("Credentials refuse a token beside the name of another sender [access.token]", async () => {
  const { access, identify } = createFixture(TRUSTED);
  const token = bearer(await access.letIn("phone"));
  assertEquals(await identify({ ...token, "x-sender": "phone" }), "token phone");
  for (const name of ["dev", "Phone", "phone, phone", ""]) {
    const found = await identify({ ...token, "x-sender": name });
    assertEquals(found, "wrong: the token of another sender", name);
  }
});

Deno.test("Credentials forget a token when it expires, is rotated or its sender removed, also one that was right [access.token]", async () => {
  for (const wasUsed of [false, true]) {
    const { access, clock, identify } = createFixture();
    const tokens = {
      expired: await access.letIn("expired", { expiresAt: NOW + 10 }),
      rotated: await access.letIn("rotated"),
      removed: await access.letIn("removed"),
    };
    const { token: next, tokenSha256 } = await createToken();
    if (wasUsed) {
      for (const [id, token] of Object.entries(tokens)) {
        for (let i = 0; i < 2; i++) assertEquals(await identify(bearer(token)), `token ${id}`);
      }
    }
    clock.now = NOW + 10;
    await access.update((a) => rotateToken(a, { id: "rotated", tokenSha256 }));
    await access.update((a) => removeSender(a, "removed"));
    for (const [id, token] of Object.entries(tokens)) {
      assertEquals(await identify(bearer(token)), "wrong: wrong token", `${id} ${wasUsed}`);
    }
    assertEquals(await identify(bearer(next)), "token rotated");
  }
});

Deno.test("Credentials find the sender of a cookie [access.cookie]", async () => {
  const { access, caller, signIn } = createFixture(TRUSTED);
  await access.letIn("phone", { rights: ["approve"], chats: "all" });
  const { proof, ...rest } = await caller({ ...await signIn("phone"), "x-sender": "dev" });
  assertEquals(rest, {
    id: "phone",
    rights: { speak: false, approve: true },
    approves: true,
    chats: "all",
    way: "cookie",
  });
  assertEquals(proof, access.access.senders[0]?.sign_ins[0]?.id_sha256);
});

Deno.test("Credentials find nobody by a cookie that is forged [access.cookie]", async () => {
  const { access, identify, signIn } = createFixture(TRUSTED);
  const token = await access.letIn("phone");
  const { cookie } = await signIn("phone");
  const { value: unknown } = await createCookieValue(access.access.cookie_key);
  const { value: ofAnotherKey } = await createCookieValue("00".repeat(32));
  const last = cookie.at(-1) === "0" ? "1" : "0";
  const forged = [
    cookie.slice(0, -1) + last,
    cookie.slice(0, -1),
    cookie.replace(/\.[0-9a-f]+$/, `.${"0".repeat(64)}`),
    cookie.replace(/\.[0-9a-f]+$/, ""),
    cookie.replace(/(?<=deno_channel=)./, (first) => first === "A" ? "B" : "A"),
    `deno_channel=${unknown}`,
    `deno_channel=${ofAnotherKey}`,
    `deno_channel=${token}`,
    "deno_channel=",
  ];
  assertEquals(await identify({ cookie }), "cookie phone");
  for (const cookie of forged) {
    assertEquals(await identify({ cookie }), "wrong: wrong cookie", cookie);
    const beside = { cookie, "x-sender": "dev" };
    assertEquals(await identify(beside), "wrong: wrong cookie", `${cookie} beside a name`);
  }
  assertEquals(await identify({ cookie, authorization: "Bearer x" }), "wrong: wrong token");
});

Deno.test("Credentials take cookies of others, and what is no cookie, for none [access.cookie]", async () => {
  const { identify } = createFixture();
  for (const cookie of ["theme=dark", "Deno_Channel=x", "deno_channel", "=", ";", ""]) {
    assertEquals(
      await identify({ cookie }),
      cookie === "deno_channel" ? "wrong: wrong cookie" : "none",
      cookie,
    );
  }
});

Deno.test("Credentials forget a cookie after it has expired, signed out, or its sender has changed [access.cookie]", async () => {
  const changes: [string, (f: ReturnType<typeof createFixture>, sha256: string) => unknown][] = [
    ["expired", ({ clock }) => clock.now += 1000],
    ["signed out", ({ access }, sha256) => access.update((a) => removeSignIn(a, sha256))],
    ["removed", ({ access }) => access.update((a) => removeSender(a, "phone"))],
    [
      "rotated",
      async ({ access }) => {
        const { tokenSha256 } = await createToken();
        await access.update((a) => rotateToken(a, { id: "phone", tokenSha256 }));
      },
    ],
  ];
  for (const [what, change] of changes) {
    const fixture = createFixture();
    const { access, identify, signIn } = fixture;
    await access.letIn("phone");
    const cookie = await signIn("phone");
    for (let i = 0; i < 2; i++) assertEquals(await identify(cookie), "cookie phone", what);
    const sha256 = access.access.senders[0]?.sign_ins[0]?.id_sha256 ?? "";
    await change(fixture, sha256);
    assertEquals(await identify(cookie), "wrong: wrong cookie", what);
  }
});

Deno.test("Credentials believe the X-Sender header of trusted senders only [access.header]", async () => {
  const trusting = createFixture(TRUSTED);
  await trusting.access.letIn("phone");
  const { id, rights, approves, chats, proof } = await trusting.caller({ "x-sender": "ci" });
  assertEquals([id, rights, approves], ["ci", { speak: true, approve: false }, false]);
  assertEquals([chats, proof], ["all", ""]);
  for (const name of ["phone", "Dev", "dev, dev", "__proto__", ""]) {
    assertEquals(await trusting.identify({ "x-sender": name }), "wrong: unknown sender", name);
  }
  assertEquals(await trusting.identify({}), "none");
  const { access, identify } = createFixture();
  await access.letIn("phone");
  for (const name of ["phone", "dev", ""]) {
    assertEquals(await identify({ "x-sender": name }), "none", name);
  }
});

Deno.test("Credentials let nobody in by any way while the policy is disabled [access.policy] or the file cannot be used [access.unusable]", async () => {
  for (const [close, reason] of CLOSED) {
    const { access, caller, credentials, identify, signIn } = createFixture(TRUSTED);
    const token = bearer(await access.letIn("phone"));
    const ways = [token, await signIn("phone"), { "x-sender": "dev" }];
    const callers = await Promise.all(ways.map(caller));
    assert(credentials.anonymous);
    await close(access);
    for (const way of [...ways, {}, { authorization: "Bearer x" }]) {
      assertEquals(await identify(way), `closed: ${reason}`, JSON.stringify(way));
    }
    for (const caller of callers) assertEquals(credentials.review(caller), undefined, caller.way);
    assertEquals(credentials.anonymous, undefined);
    assertEquals(credentials.closedBecause, reason);
  }
});

Deno.test("Credentials go on as before once the policy is not disabled any more [access.policy]", async () => {
  const { access, identify } = createFixture();
  const token = bearer(await access.letIn("phone"));
  for (const policy of ["disabled", "allowlist", "pairing"] as const) {
    await access.update((a) => setPolicy(a, policy));
    const expected = policy === "disabled" ? "closed: the policy is disabled" : "token phone";
    assertEquals(await identify(token), expected, policy);
  }
});

Deno.test("Credentials let somebody listen without a word where the header is trusted, and only there [access.header]", () => {
  assertEquals(createFixture().credentials.anonymous, undefined);
  assertEquals(createFixture(TRUSTED).credentials.anonymous, {
    id: "",
    rights: { speak: false, approve: false },
    approves: true,
    chats: "all",
    way: "header",
    proof: "",
  });
  const speakers = new Allowlist([["ci", { speak: true, approve: false }]]);
  assertEquals(createFixture(speakers).credentials.anonymous?.approves, false);
});

Deno.test("Credentials.review() tells what a caller may do now [stream.revoked]", async () => {
  const { access, caller, clock, credentials, signIn } = createFixture(TRUSTED);
  const token = await access.letIn("phone", { rights: ["speak", "approve"], expiresAt: NOW + 9 });
  const ways = [bearer(token), await signIn("phone")];
  const review = (caller: Caller) => {
    credentials.refresh();
    return credentials.review(caller);
  };
  for (const way of ways) {
    const found = await caller(way);
    assertEquals(review(found), found);
    await access.update((a) => setRights(a, { id: "phone", rights: ["speak"] }));
    const rights = { speak: true, approve: false };
    assertEquals(review(found), { ...found, rights, approves: false });
    await access.update((a) => setRights(a, { id: "phone", rights: [] }));
    assertEquals(review(found), undefined, "nothing is left");
    await access.update((a) => setRights(a, { id: "phone", rights: ["speak", "approve"] }));
    clock.now = NOW + 9;
    assertEquals(review(found), undefined, "it has expired");
    clock.now = NOW;
  }
  const named = await caller({ "x-sender": "dev" });
  assertEquals(review(named), named);
  await access.update((a) => removeSender(a, "phone"));
  for (const way of ways) {
    const found = { ...named, way: way === ways[0] ? "token" : "cookie" } as const;
    assertEquals(review(found), undefined, "a proof that nobody has");
  }
});

Deno.test("Credentials read the access file again by themselves after a moment [access.token]", async () => {
  const { access, credentials } = createFixture();
  const token = bearer(await access.letIn("phone"));
  let reads = 0;
  const read = access.read.bind(access);
  access.read = () => {
    reads++;
    return read();
  };
  const identify = async () => (await credentials.identify(new Headers(token))).kind;
  for (let i = 0; i < 100; i++) await identify();
  assert(reads < 100, `${reads} times`);
  await access.update((a) => removeSender(a, "phone"));
  const deadline = performance.now() + 5000;
  while (await identify() === "caller") assert(performance.now() < deadline);
});
