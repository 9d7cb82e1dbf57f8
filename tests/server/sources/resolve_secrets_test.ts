import { assertEquals, assertFalse, assertStringIncludes } from "@std/assert";
import { resolveSecrets } from "../../../server/sources/resolve_secrets.ts";
import { createScratch } from "../_scratch.ts";

/** The secrets, or the message. */
function resolve(...secrets: string[]): readonly string[] | string {
  const result = resolveSecrets({ secrets });
  return result.ok ? result.secrets : result.message;
}

/** Writes a file and returns the reference to it. */
function fileWith(content: string | Uint8Array): string {
  const path = `${createScratch()}/secret`;
  const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
  Deno.writeFileSync(path, bytes, { mode: 0o600 });
  return `file:${path}`;
}

Deno.test("resolveSecrets() reads variables, files and what stands there, in order [source.secrets]", () => {
  const secrets = [fileWith("from-a-file\n"), "env:SCRATCH", "as-it-stands "];
  assertEquals(resolve(...secrets), [
    "from-a-file",
    Deno.env.get("SCRATCH") ?? "",
    "as-it-stands ",
  ]);
});

Deno.test("resolveSecrets() takes the first line of a file without the space at its end [source.secrets]", () => {
  const cases: [string, string][] = [
    ["abc", "abc"],
    ["abc\r\n", "abc"],
    ["abc \t\nsecond line\n", "abc"],
    ["  abc\rdef", "  abc"],
    ["\ufeffabc\n", "abc"],
    ["whsec_AQID==\n\n", "whsec_AQID=="],
  ];
  for (const [text, secret] of cases) {
    assertEquals(resolve(fileWith(text)), [secret], JSON.stringify(text));
  }
});

Deno.test("resolveSecrets() names the permission that is missing [source.secrets]", () => {
  assertEquals(
    resolve("env:NOT_ALLOWED"),
    'Cannot read the secret "env:NOT_ALLOWED": Deno was started without --allow-env=NOT_ALLOWED',
  );
  assertEquals(
    resolve("file:/run/secrets/ci"),
    'Cannot read the secret "file:/run/secrets/ci": Deno was started without ' +
      "--allow-read=/run/secrets/ci",
  );
});

Deno.test("resolveSecrets() names the reference that leads to nothing [source.secrets]", () => {
  const folder = createScratch();
  assertEquals(
    resolve(`file:${folder}/none`),
    `Cannot read the secret "file:${folder}/none": there is no such file`,
  );
  assertStringIncludes(
    resolve(`file:${folder}`).toString(),
    "expected a file of at most 65536 bytes",
  );
  const reference = fileWith("x".repeat(64 * 1024 + 1));
  assertStringIncludes(resolve(reference).toString(), `"${reference}": expected a file of at most`);
  const broken = fileWith(Uint8Array.of(0x61, 0xff));
  assertStringIncludes(resolve(broken).toString(), `"${broken}": expected text in UTF-8`);
});

Deno.test("resolveSecrets() refuses a secret that is empty, in any place [source.secrets]", () => {
  for (const content of ["", "\n", " \t \nsecond-line", "\ufeff"]) {
    const reference = fileWith(content);
    assertEquals(
      resolve("good-secret", reference),
      `Cannot use the secret "${reference}": expected one that is not empty`,
    );
  }
  const message = "Cannot use the secret that stands in the configuration: expected one that is " +
    "not empty";
  for (const literal of ["", "  "]) assertEquals(resolve(literal), message);
});

Deno.test("resolveSecrets() never repeats a secret [source.secrets]", () => {
  const [first, second] = ["hunter2hunter2", "another-secret"];
  const message = resolve(first, fileWith(second), "env:NOT_ALLOWED").toString();
  assertFalse(message.includes(first) || message.includes(second), message);
});
