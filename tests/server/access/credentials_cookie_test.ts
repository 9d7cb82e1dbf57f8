import { assertEquals } from "@std/assert";
import { removeSender, removeSignIn, rotateToken } from "../../../lib/access/changes.ts";
import { createCookieValue } from "../../../server/access/cookie_signature.ts";
import { createCredentials } from "../_credentials.ts";
import { bearer, createToken } from "../_memory_access.ts";
import { TRUSTED } from "../_port.ts";

Deno.test("Credentials find the sender of a cookie [access.cookie]", async () => {
  const { access, caller, signIn } = createCredentials(TRUSTED);
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

Deno.test("Credentials refuse a cookie beside the name of another sender, and a token alone decides beside a cookie [access.cookie]", async () => {
  const { access, identify, signIn } = createCredentials(TRUSTED);
  const token = bearer(await access.letIn("ci"));
  await access.letIn("phone");
  const cookie = await signIn("phone");
  assertEquals(await identify({ ...cookie, "x-sender": "phone" }), "cookie phone");
  for (const name of ["dev", "Phone", "phone, phone", ""]) {
    const found = await identify({ ...cookie, "x-sender": name });
    assertEquals(found, "wrong: the cookie of another sender", name);
  }
  for (const beside of [cookie, { cookie: "deno_channel=forged" }]) {
    assertEquals(await identify({ ...token, ...beside }), "token ci");
    assertEquals(await identify({ authorization: "Bearer x", ...beside }), "wrong: wrong token");
  }
});

Deno.test("Credentials find nobody by a cookie that is forged [access.cookie]", async () => {
  const { access, identify, signIn } = createCredentials(TRUSTED);
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
  const { identify } = createCredentials();
  for (const cookie of ["theme=dark", "Deno_Channel=x", "deno_channel", "=", ";", ""]) {
    assertEquals(
      await identify({ cookie }),
      cookie === "deno_channel" ? "wrong: wrong cookie" : "none",
      cookie,
    );
  }
});

Deno.test("Credentials forget a cookie after it has expired, signed out, or its sender has changed [access.cookie]", async () => {
  const changes: [string, (f: ReturnType<typeof createCredentials>, sha256: string) => unknown][] =
    [
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
    const fixture = createCredentials();
    const { access, identify, signIn } = fixture;
    await access.letIn("phone");
    const cookie = await signIn("phone");
    for (let i = 0; i < 2; i++) assertEquals(await identify(cookie), "cookie phone", what);
    const sha256 = access.access.senders[0]?.sign_ins[0]?.id_sha256 ?? "";
    await change(fixture, sha256);
    assertEquals(await identify(cookie), "wrong: wrong cookie", what);
  }
});
