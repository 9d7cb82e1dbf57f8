import { assertEquals } from "@std/assert";
import { tellingLines } from "../../../../lib/sources/shape/telling_lines.ts";

Deno.test("tellingLines() leaves out bodies, addresses and ids [source.redaction]", () => {
  const payload = {
    id: 5,
    name: "Checkout",
    active: true,
    body: "Do this",
    bodyData: "{}",
    description: "Do this",
    creatorId: "1",
    labelIds: ["1"],
    avatar_url: "https://example.com/a.png",
    webUrl: "https://example.com",
    user: { email: "ada@example.com", login: "ada", id: 1 },
    note: { text: "Do this" },
  };
  assertEquals(tellingLines(payload).map(({ key }) => key), ["name", "active", "user.login"]);
});

Deno.test("tellingLines() takes any payload [source.total]", () => {
  for (const payload of [null, undefined, 5, "text", [], [1], {}]) {
    assertEquals(Array.isArray(tellingLines(payload)), true);
  }
});
