import { assert, assertEquals, assertMatch } from "@std/assert";
import { describeFault } from "../../server/describe_fault.ts";

Deno.test("describeFault() names the class and the place, and leaves the message out", () => {
  const described = describeFault(new TypeError("secret\nsecond line of the secret"));
  assertMatch(described, /^TypeError\n {4}at .*describe_fault_test\.ts/);
  assert(!described.includes("secret"), described);
  assertEquals(describeFault("secret"), "a value that is no error");
});
