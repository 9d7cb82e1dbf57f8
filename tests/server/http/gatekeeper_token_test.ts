import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { removeSender, rotateToken, setPolicy, setRights } from "../../../lib/access/changes.ts";
import { Allowlist } from "../../../lib/access/allowlist.ts";
import type { Caller } from "../../../server/access/credentials.ts";
import { hashToken } from "../../../server/runtime/crypto.ts";
import { createGatekeeper, NOW } from "../_gatekeeper.ts";
import { bearer, createToken, type MemoryAccess } from "../_memory_access.ts";
import { createPeer } from "../_peer.ts";
import { TRUSTED } from "../_port.ts";

const CLOSED: readonly [(access: MemoryAccess) => unknown, string][] = [
  [(access) => access.update((a) => setPolicy(a, "disabled")), "the policy is disabled"],
  [(access) => access.fault = "broken", "the access file cannot be used"],
];

Deno.test("Gatekeeper finds the sender of a token, with its rights and chats [access.token]", async () => {
  const { access, caller } = createGatekeeper();
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

Deno.test("Gatekeeper finds no sender by a token that is not right to the letter [access.token]", async () => {
  const { access, tell } = createGatekeeper({ allowlist: TRUSTED });
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
    assertEquals(await tell({ authorization }), "wrong token", authorization);
    const beside = { authorization, "x-sender": "dev" };
    assertEquals(await tell(beside), "wrong token", `${authorization} beside a name`);
  }
  assertEquals(await tell({ authorization: `bearer ${token}` }), "token ci");
});

Deno.test("Gatekeeper refuses a token beside the name of another sender [access.token]", async () => {
  const { access, tell } = createGatekeeper({ allowlist: TRUSTED });
  const token = bearer(await access.letIn("phone"));
  assertEquals(await tell({ ...token, "x-sender": "phone" }), "token phone");
  for (const name of ["dev", "Phone", "phone, phone", ""]) {
    const found = await tell({ ...token, "x-sender": name });
    assertEquals(found, "the token of another sender", name);
  }
});

Deno.test("Gatekeeper forgets a token when it expires, is rotated or its sender removed, also one that was right [access.token]", async () => {
  for (const wasUsed of [false, true]) {
    const { access, clock, tell } = createGatekeeper();
    const tokens = {
      expired: await access.letIn("expired", { expiresAt: NOW + 10 }),
      rotated: await access.letIn("rotated"),
      removed: await access.letIn("removed"),
    };
    const { token: next, tokenSha256 } = await createToken();
    if (wasUsed) {
      for (const [id, token] of Object.entries(tokens)) {
        for (let i = 0; i < 2; i++) assertEquals(await tell(bearer(token)), `token ${id}`);
      }
    }
    clock.now = NOW + 10;
    await access.update((a) => rotateToken(a, { id: "rotated", tokenSha256 }));
    await access.update((a) => removeSender(a, "removed"));
    for (const [id, token] of Object.entries(tokens)) {
      assertEquals(await tell(bearer(token)), "wrong token", `${id} ${wasUsed}`);
    }
    assertEquals(await tell(bearer(next)), "token rotated");
  }
});

Deno.test("Gatekeeper.recall() looks a caller up again only where the access has changed [access.token]", async () => {
  const { access, caller, gatekeeper, signIn } = createGatekeeper({ allowlist: TRUSTED });
  const token = bearer(await access.letIn("phone", { rights: ["speak", "approve"] }));
  const cookie = await signIn("phone");
  const recall = (caller: Caller) => {
    gatekeeper.refresh();
    const recalled = gatekeeper.recall(caller, createPeer());
    return recalled instanceof Response ? undefined : recalled;
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

Deno.test("Gatekeeper believes the X-Sender header of trusted senders only [access.header]", async () => {
  const trusting = createGatekeeper({ allowlist: TRUSTED });
  await trusting.access.letIn("phone");
  const { id, rights, approves, chats, proof } = await trusting.caller({ "x-sender": "ci" });
  assertEquals([id, rights, approves], ["ci", { speak: true, approve: false }, false]);
  assertEquals([chats, proof], ["all", ""]);
  for (const name of ["phone", "Dev", "dev, dev", "__proto__", ""]) {
    assertEquals(await trusting.tell({ "x-sender": name }), "unknown sender", name);
  }
  assertEquals(await trusting.tell({}), "no credentials");
  const { access, tell } = createGatekeeper();
  await access.letIn("phone");
  for (const name of ["phone", "dev", ""]) {
    assertEquals(await tell({ "x-sender": name }), "no credentials", name);
  }
});

Deno.test("Gatekeeper lets no sender in by any way while the policy is disabled [access.policy] or the file cannot be used [access.unusable]", async () => {
  for (const [close, reason] of CLOSED) {
    const { access, caller, gatekeeper, tell, signIn } = createGatekeeper({ allowlist: TRUSTED });
    const token = bearer(await access.letIn("phone"));
    const ways = [token, await signIn("phone"), { "x-sender": "dev" }];
    const callers = await Promise.all(ways.map(caller));
    await close(access);
    for (const way of [...ways, {}, { authorization: "Bearer x" }]) {
      assertEquals(await tell(way), reason, JSON.stringify(way));
    }
    for (const caller of callers) assertEquals(gatekeeper.review(caller), undefined, caller.way);
    assertEquals(gatekeeper.refuseClosed(createPeer())?.status, 403);
  }
});

Deno.test("Gatekeeper goes on as before once the policy is not disabled any more [access.policy]", async () => {
  const { access, tell } = createGatekeeper();
  const token = bearer(await access.letIn("phone"));
  for (const policy of ["disabled", "allowlist", "pairing"] as const) {
    await access.update((a) => setPolicy(a, policy));
    const expected = policy === "disabled" ? "the policy is disabled" : "token phone";
    assertEquals(await tell(token), expected, policy);
  }
});

Deno.test("Gatekeeper lets a listener without a name in where the header is trusted, and only there [access.header]", () => {
  assertEquals(createGatekeeper().gatekeeper.anonymous, undefined);
  assertEquals(createGatekeeper({ allowlist: TRUSTED }).gatekeeper.anonymous, {
    id: "",
    rights: { speak: false, approve: false },
    approves: true,
    chats: "all",
    way: "header",
    proof: "",
    access: undefined,
  });
  const speakers = new Allowlist([["ci", { speak: true, approve: false }]]);
  assertEquals(createGatekeeper({ allowlist: speakers }).gatekeeper.anonymous?.approves, false);
});

Deno.test("Gatekeeper.review() tells what a caller may do now [stream.revoked]", async () => {
  const { access, caller, clock, gatekeeper, signIn } = createGatekeeper({ allowlist: TRUSTED });
  const token = await access.letIn("phone", { rights: ["speak", "approve"], expiresAt: NOW + 9 });
  const ways = [bearer(token), await signIn("phone")];
  const review = (caller: Caller) => {
    gatekeeper.refresh();
    return gatekeeper.review(caller);
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
    assertEquals(review(found), undefined, "an unknown proof");
  }
});

Deno.test("Gatekeeper reads the access file again by themselves after a moment [access.token]", async () => {
  const { access, gatekeeper, looks } = createGatekeeper();
  const token = bearer(await access.letIn("phone"));
  const request = new Request("http://localhost/", { headers: token });
  const isIn = async () => !(await gatekeeper.identify(request, createPeer()) instanceof Response);
  for (let i = 0; i < 100; i++) await isIn();
  assert(looks.count < 100, `${looks.count} times`);
  await access.update((a) => removeSender(a, "phone"));
  const deadline = performance.now() + 5000;
  while (await isIn()) assert(performance.now() < deadline);
});
