import { assert, assertEquals, assertMatch } from "@std/assert";
import { createLogger, describeFault } from "../../../server/runtime/log.ts";

Deno.test("createLogger() writes one line per message and marks warnings", () => {
  const lines: string[] = [];
  const log = createLogger((line) => void lines.push(new TextDecoder().decode(line)));
  log.info("Listening");
  log.warn("Not listening");
  assertEquals(lines, ["deno-channel: Listening\n", "deno-channel: warning: Not listening\n"]);
});

Deno.test("createLogger() has a line written when it returns, as the process may end then [log.at-once]", () => {
  const lines: string[] = [];
  const { writeSync } = Deno.stderr;
  Deno.stderr.writeSync = (line) => lines.push(new TextDecoder().decode(line));
  try {
    createLogger().warn("Why it ends");
  } finally {
    Deno.stderr.writeSync = writeSync;
  }
  assertEquals(lines, ["deno-channel: warning: Why it ends\n"]);
});

Deno.test("createLogger() survives a reader that has left", () => {
  const log = createLogger(() => {
    throw new Deno.errors.BrokenPipe();
  });
  log.info("No reader is left");
});

Deno.test("describeFault() names the class and the place in one line, and leaves the message out", () => {
  for (const message of ["secret\nsecond line of the secret", "secret\n    at secret.ts:1:1", ""]) {
    const described = describeFault(new TypeError(message));
    assertMatch(described, /^TypeError < at .*log_test\.ts[^\n]*$/);
    assert(!described.includes("secret"), described);
  }
  assertEquals(describeFault("secret"), "a value that is no error");
});
