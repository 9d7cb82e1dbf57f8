import { assert, assertEquals, assertMatch } from "@std/assert";
import { describeFault } from "../../../server/runtime/describe_fault.ts";

Deno.test("describeFault() names the class and the place in one line, and leaves the message out", () => {
  for (const message of ["secret\nsecond line of the secret", "secret\n    at secret.ts:1:1", ""]) {
    const described = describeFault(new TypeError(message));
    assertMatch(described, /^TypeError < at .*describe_fault_test\.ts[^\n]*$/);
    assert(!described.includes("secret"), described);
  }
  assertEquals(describeFault("secret"), "a value that is no error");
});
