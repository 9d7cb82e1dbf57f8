import { assert, assertEquals, assertFalse, assertStrictEquals } from "@std/assert";
import { removeSender, rotateToken, setPolicy, setRights } from "../../../lib/access/changes.ts";
import { Allowlist } from "../../../lib/access/allowlist.ts";
import type { Caller } from "../../../server/access/credentials.ts";
import { hashToken } from "../../../server/runtime/crypto.ts";
import { createCredentials, NOW } from "../_credentials.ts";
import { bearer, createToken, type MemoryAccess } from "../_memory_access.ts";
import { TRUSTED } from "../_port.ts";

const CLOSED: readonly [(access: MemoryAccess) => unknown, string][] = [
  [(access) => access.update((a) => setPolicy(a, "disabled")), "the policy is disabled"],
  [(access) => access.fault = "broken", "the access file cannot be used"],
];

Deno.test("Credentials find the sender of a token, with its rights and chats [access.token]", async () => {
  const { access, caller } = createCredentials();
  const token = await access.letIn("ops", { rights: ["approve", "speak"], chats: "all" });
  const ci = await access.letIn("ci");
  assertEquals(await caller(bearer(token)), {
    id: "ops",
    rights: { speak: true, approve: true },
    approves: true,
    chats: "all",
    way: "token",
    proof: await hashToken(token),
    access: access.access,
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
  const { access, identify } = createCredentials(TRUSTED);
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
  const { access, identify } = createCredentials(TRUSTED);
  const token = bearer(await access.letIn("phone"));
  assertEquals(await identify({ ...token, "x-sender": "phone" }), "token phone");
  for (const name of ["dev", "Phone", "phone, phone", ""]) {
    const found = await identify({ ...token, "x-sender": name });
    assertEquals(found, "wrong: the token of another sender", name);
  }
});

Deno.test("Credentials forget a token when it expires, is rotated or its sender removed, also one that was right [access.token]", async () => {
  for (const wasUsed of [false, true]) {
    const { access, clock, identify } = createCredentials();
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

Deno.test("Credentials.isProven() knows a credential that was right, until it is found to be wrong [access.failures]", async () => {
  const { access, credentials, identify, signIn } = createCredentials(TRUSTED);
  const token = bearer(await access.letIn("phone"));
  const cookie = await signIn("phone");
  const { token: unknown } = await createToken();
  const isProven = (headers: Record<string, string>) => credentials.isProven(new Headers(headers));
  const others = [bearer(unknown), { cookie: "deno_channel=x" }, { "x-sender": "dev" }, {}];
  for (const headers of [token, cookie, ...others]) assertFalse(isProven(headers));
  for (const headers of [token, cookie, ...others]) await identify(headers);
  assertEquals([token, cookie, ...others].map(isProven), [true, true, ...others.map(() => false)]);
  assertFalse(isProven({ ...bearer(unknown), ...cookie }), "the token decides");
  await access.update((a) => removeSender(a, "phone"));
  for (const headers of [token, cookie]) {
    await identify(headers);
    assertFalse(isProven(headers));
  }
});

Deno.test("Credentials.recall() looks a caller up again only where the access has changed [access.token]", async () => {
  const { access, caller, credentials, signIn } = createCredentials(TRUSTED);
  const token = bearer(await access.letIn("phone", { rights: ["speak", "approve"] }));
  const cookie = await signIn("phone");
  const recall = (caller: Caller) => {
    credentials.refresh();
    return credentials.recall(caller);
  };
  const named = await caller({ "x-sender": "dev" });
  for (const headers of [token, cookie]) {
    const found = await caller(headers);
    assertStrictEquals(recall(found), found);
    await access.update((a) => setRights(a, { id: "phone", rights: ["speak"] }));
    assertEquals(recall(found)?.rights, { speak: true, approve: false });
    await access.update((a) => setRights(a, { id: "phone", rights: [] }));
    assertEquals(recall(found), undefined);
    await access.update((a) => setRights(a, { id: "phone", rights: ["speak", "approve"] }));
  }
  assertStrictEquals(recall(named), named);
  const callers = [await caller(token), await caller(cookie)];
  await access.update((a) => removeSender(a, "phone"));
  assertEquals(callers.map(recall), [undefined, undefined]);
  await access.update((a) => setPolicy(a, "disabled"));
  assertEquals(recall(named), undefined);
});

Deno.test("Credentials believe the X-Sender header of trusted senders only [access.header]", async () => {
  const trusting = createCredentials(TRUSTED);
  await trusting.access.letIn("phone");
  const { id, rights, approves, chats, proof } = await trusting.caller({ "x-sender": "ci" });
  assertEquals([id, rights, approves], ["ci", { speak: true, approve: false }, false]);
  assertEquals([chats, proof], ["all", ""]);
  for (const name of ["phone", "Dev", "dev, dev", "__proto__", ""]) {
    assertEquals(await trusting.identify({ "x-sender": name }), "wrong: unknown sender", name);
  }
  assertEquals(await trusting.identify({}), "none");
  const { access, identify } = createCredentials();
  await access.letIn("phone");
  for (const name of ["phone", "dev", ""]) {
    assertEquals(await identify({ "x-sender": name }), "none", name);
  }
});

Deno.test("Credentials let nobody in by any way while the policy is disabled [access.policy] or the file cannot be used [access.unusable]", async () => {
  for (const [close, reason] of CLOSED) {
    const { access, caller, credentials, identify, signIn } = createCredentials(TRUSTED);
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
  const { access, identify } = createCredentials();
  const token = bearer(await access.letIn("phone"));
  for (const policy of ["disabled", "allowlist", "pairing"] as const) {
    await access.update((a) => setPolicy(a, policy));
    const expected = policy === "disabled" ? "closed: the policy is disabled" : "token phone";
    assertEquals(await identify(token), expected, policy);
  }
});

Deno.test("Credentials let somebody listen without a word where the header is trusted, and only there [access.header]", () => {
  assertEquals(createCredentials().credentials.anonymous, undefined);
  assertEquals(createCredentials(TRUSTED).credentials.anonymous, {
    id: "",
    rights: { speak: false, approve: false },
    approves: true,
    chats: "all",
    way: "header",
    proof: "",
    access: undefined,
  });
  const speakers = new Allowlist([["ci", { speak: true, approve: false }]]);
  assertEquals(createCredentials(speakers).credentials.anonymous?.approves, false);
});

Deno.test("Credentials.review() tells what a caller may do now [stream.revoked]", async () => {
  const { access, caller, clock, credentials, signIn } = createCredentials(TRUSTED);
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
    const { access: now } = access;
    assertEquals(review(found), { ...found, rights, approves: false, access: now });
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
  const { access, credentials } = createCredentials();
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
