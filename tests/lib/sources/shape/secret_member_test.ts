import { assertEquals } from "@std/assert";
import { isSecretMember } from "../../../../lib/sources/shape/secret_member.ts";
import { show } from "../../_texts.ts";

Deno.test("isSecretMember() knows a member by its name, and a value by the name beside it [source.redaction]", () => {
  const cases: [object, string, boolean][] = [
    [{ token: 1 }, "token", true],
    [{ id: 1 }, "id", false],
    [{ key: "DB_PASSWORD", value: "x" }, "value", true],
    [{ value: "x", name: "X-Api-Key" }, "value", true],
    [{ Name: "session", Value: "x" }, "Value", true],
    [{ key: "DB_PASSWORD", value: "x" }, "key", false],
    [{ key: "DB_PASSWORD", type: "env_var" }, "type", false],
    [{ key: "DB_HOST", value: "x" }, "value", false],
    [{ key: "DB_HOST", name: "password", value: "x" }, "value", true],
    [{ key: { token: 1 }, value: "x" }, "value", false],
    [{ value: "Unexpected token", type: "SyntaxError" }, "value", false],
    [Object.create({ key: "token" }), "value", false],
  ];
  for (const [owner, name, expected] of cases) {
    assertEquals(isSecretMember(owner, name), expected, `${show(owner)} ${name}`);
  }
});

Deno.test("isSecretMember() knows the second of two texts by the first [source.redaction]", () => {
  const cases: [unknown[], string, boolean][] = [
    [["Cookie", "sid=1"], "1", true],
    [["Cookie", "sid=1"], "0", false],
    [["level", "error"], "1", false],
    [["Cookie", "a", "b"], "1", false],
    [["Cookie"], "1", false],
    [["Cookie", 1], "1", false],
    [[1, "sid=1"], "1", false],
    [[], "1", false],
  ];
  for (const [owner, name, expected] of cases) {
    assertEquals(isSecretMember(owner, name), expected, `${show(owner)} ${name}`);
  }
});
