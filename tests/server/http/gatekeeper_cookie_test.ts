import { assertEquals } from "@std/assert";
import { removeSender, removeSignIn, rotateToken } from "../../../lib/access/changes.ts";
import { hashToken } from "../../../server/runtime/crypto.ts";
import { createGatekeeper, signInIdOf } from "../_gatekeeper.ts";
import { bearer, createToken } from "../_memory_access.ts";
import { TRUSTED } from "../_port.ts";

Deno.test("Gatekeeper finds the sender of a cookie [access.cookie]", async () => {
  const { access, caller, signIn } = createGatekeeper({ allowlist: TRUSTED });
  await access.letIn("phone", { rights: ["approve"], chats: "all" });
  const { proof, ...rest } = await caller({ ...await signIn("phone"), "x-sender": "phone" });
  assertEquals(rest, {
    id: "phone",
    rights: { speak: false, approve: true },
    approves: true,
    chats: "all",
    way: "cookie",
    access: access.access,
  });
  assertEquals(proof, access.access.senders[0]?.sign_ins[0]?.id_sha256);
});

Deno.test("Gatekeeper refuses a cookie beside the name of another sender, and a token alone decides beside a cookie [access.cookie]", async () => {
  const { access, tell, signIn } = createGatekeeper({ allowlist: TRUSTED });
  const token = bearer(await access.letIn("ci"));
  await access.letIn("phone");
  const cookie = await signIn("phone");
  assertEquals(await tell({ ...cookie, "x-sender": "phone" }), "cookie phone");
  for (const name of ["dev", "Phone", "phone, phone", ""]) {
    const found = await tell({ ...cookie, "x-sender": name });
    assertEquals(found, "the cookie of another sender", name);
  }
  for (const beside of [cookie, { cookie: "deno_channel=forged" }]) {
    assertEquals(await tell({ ...token, ...beside }), "token ci");
    assertEquals(await tell({ authorization: "Bearer x", ...beside }), "wrong token");
  }
});

Deno.test("Gatekeeper finds no sender by a cookie that is forged [access.cookie]", async () => {
  const { access, tell, signIn } = createGatekeeper({ allowlist: TRUSTED });
  const token = await access.letIn("phone");
  const { cookie } = await signIn("phone");
  const forged = [
    cookie.slice(0, -1),
    `${cookie.slice(0, -1)}A`,
    `${cookie}A`,
    `${cookie}.`,
    `${cookie}.${"0".repeat(63)}`,
    cookie.replace(/(?<=deno_channel=)./, "A"),
    `deno_channel=${signInIdOf(2)}`,
    `deno_channel=${await hashToken(signInIdOf(1))}`,
    `deno_channel=${token}`,
    "deno_channel=",
  ];
  assertEquals(await tell({ cookie }), "cookie phone");
  for (const cookie of forged) {
    assertEquals(await tell({ cookie }), "wrong cookie", cookie);
    const beside = { cookie, "x-sender": "dev" };
    assertEquals(await tell(beside), "wrong cookie", `${cookie} beside a name`);
  }
  assertEquals(await tell({ cookie, authorization: "Bearer x" }), "wrong token");
});

Deno.test("Gatekeeper takes a cookie with the signature of older versions, which it ignores [access.cookie]", async () => {
  const { access, tell, signIn } = createGatekeeper();
  await access.letIn("phone");
  const { cookie } = await signIn("phone");
  assertEquals(await tell({ cookie: `${cookie}.${"0".repeat(64)}` }), "cookie phone");
  const unknown = `deno_channel=${signInIdOf(2)}.${"0".repeat(64)}`;
  assertEquals(await tell({ cookie: unknown }), "wrong cookie");
});

Deno.test("Gatekeeper takes cookies of others, and malformed ones, for none [access.cookie]", async () => {
  const { tell } = createGatekeeper();
  for (const cookie of ["theme=dark", "Deno_Channel=x", "deno_channel", "=", ";", ""]) {
    assertEquals(
      await tell({ cookie }),
      cookie === "deno_channel" ? "wrong cookie" : "no credentials",
      cookie,
    );
  }
});

Deno.test("Gatekeeper forgets a cookie after it has expired, signed out, or its sender has changed [access.cookie]", async () => {
  const changes: [string, (f: ReturnType<typeof createGatekeeper>, sha256: string) => unknown][] = [
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
    const fixture = createGatekeeper();
    const { access, tell, signIn } = fixture;
    await access.letIn("phone");
    const cookie = await signIn("phone");
    for (let i = 0; i < 2; i++) assertEquals(await tell(cookie), "cookie phone", what);
    const sha256 = access.access.senders[0]?.sign_ins[0]?.id_sha256 ?? "";
    await change(fixture, sha256);
    assertEquals(await tell(cookie), "wrong cookie", what);
  }
});
