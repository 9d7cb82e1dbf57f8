import { assert, assertFalse } from "@std/assert";
import { isRepositoryName, isSessionName, MAX_NAME_LENGTH } from "../../../lib/session/names.ts";

Deno.test("isSessionName() takes any name that is one [route.explicit]", () => {
  for (const name of ["web", "my app", "日本", "x".repeat(MAX_NAME_LENGTH)]) {
    assert(isSessionName(name), name);
  }
  for (const name of ["", " ", "\t", "x".repeat(MAX_NAME_LENGTH + 1)]) {
    assertFalse(isSessionName(name), name);
  }
});

Deno.test("isRepositoryName() takes an owner and a name, and groups between them [route.order]", () => {
  for (const name of ["acme/web", "a/b/c", "a.b_c-d/1", `a/${"x".repeat(MAX_NAME_LENGTH - 2)}`]) {
    assert(isRepositoryName(name), name);
  }
  const wrong = ["", "foo", "/foo", "foo/", "a//b", "a b/c", "https://a/b", "ä/b"];
  for (const name of [...wrong, `a/${"x".repeat(MAX_NAME_LENGTH - 1)}`]) {
    assertFalse(isRepositoryName(name), name);
  }
});
