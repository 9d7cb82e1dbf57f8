import { assertEquals } from "@std/assert";
import { readBitbucketEvent } from "../../../../../lib/sources/providers/bitbucket/event.ts";

/** The trust in a commenter of a public repository. */
function trustOf(actor: unknown, repository: Record<string, unknown>): string {
  const payload = { actor: { type: "user", ...Object(actor) }, repository };
  return readBitbucketEvent({ event: "pullrequest:comment_created", payload }).trust;
}

Deno.test("readBitbucketEvent() knows the owner in Cloud by the id, not by the nickname [source.untrusted]", () => {
  const trust = (actor: unknown, owner: unknown) =>
    trustOf(actor, { full_name: "acme/web", is_private: false, owner });
  const owner = { nickname: "acme", uuid: "{a54f16da}" };
  assertEquals(trust({ nickname: "ada", uuid: "{a54f16da}" }, owner), "member");
  assertEquals(trust({ nickname: "acme", uuid: "{b1b2}" }, owner), "external");
  assertEquals(trust({ nickname: "acme", uuid: "{b1b2}" }, undefined), "external");
  assertEquals(trust({ nickname: "acme" }, owner), "external");
  assertEquals(trust({ nickname: "acme" }, { nickname: "acme" }), "external");
  assertEquals(trust({ nickname: "acme", uuid: "" }, { uuid: "" }), "external");
  assertEquals(trust({ nickname: "acme", slug: "acme" }, owner), "external");
});

Deno.test("readBitbucketEvent() knows the owner of a personal project in Data Center, and of no other [source.untrusted]", () => {
  const trust = (actor: unknown, key: unknown) =>
    trustOf(actor, { slug: "web", public: true, project: { key } });
  const ada = { name: "ada", displayName: "Ada Example", slug: "ada" };
  assertEquals(trust(ada, "~ada"), "member");
  assertEquals(trust(ada, "~ADA"), "member");
  assertEquals(trust(ada, "ADA"), "external");
  assertEquals(trust(ada, "ada"), "external");
  assertEquals(trust(ada, "~eve"), "external");
  assertEquals(trust({ ...ada, slug: "eve" }, "~ada"), "external");
  assertEquals(trust({ name: "ada" }, "~ada"), "external");
  assertEquals(trust({ name: "ada", slug: "" }, "~"), "external");
  assertEquals(trust(ada, undefined), "external");
});
