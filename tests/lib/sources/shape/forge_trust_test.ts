import { assertEquals } from "@std/assert";
import { forgeTrust } from "../../../../lib/sources/shape/forge_trust.ts";

const STRANGER = { login: "eve", repo: "shop/web", visibility: "public" } as const;

Deno.test("forgeTrust() trusts who could not be there as a stranger [source.untrusted]", () => {
  assertEquals(forgeTrust(STRANGER), "external");
  assertEquals(forgeTrust({ ...STRANGER, visibility: "private" }), "member");
  assertEquals(forgeTrust({ ...STRANGER, visibility: "internal" }), "contributor");
  assertEquals(forgeTrust({ ...STRANGER, isWriter: true }), "member");
  assertEquals(forgeTrust({ ...STRANGER, repo: "eve/web" }), "member");
  assertEquals(forgeTrust({ ...STRANGER, repo: "evelyn/web" }), "external");
  assertEquals(forgeTrust({ ...STRANGER, repo: undefined }), "external");
});

Deno.test("forgeTrust() trusts no author without a name and no bot [source.untrusted]", () => {
  const bots = ["support-bot", "project_12_bot_abc", "ci[bot]", "Build Bot", "bot", "ghost"];
  for (const login of [undefined, ...bots, "gitea-actions", "forgejo-actions"]) {
    const author = { ...STRANGER, login, visibility: "private", isWriter: true } as const;
    assertEquals(forgeTrust(author), "external", login);
  }
  for (const login of ["abbott", "robot", "botany", "talbot-m"]) {
    assertEquals(forgeTrust({ ...STRANGER, login, visibility: "private" }), "member", login);
  }
});
