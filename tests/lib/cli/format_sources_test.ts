import { assertEquals, assertFalse } from "@std/assert";
import fc from "fast-check";
import { formatSourceRow, SOURCE_HEADER, toSourceJson } from "../../../lib/cli/format_sources.ts";
import type { SourceEntry } from "../../../lib/sources/config/entry.ts";
import { hostileText } from "../_texts.ts";

const SOURCE: SourceEntry = {
  path: "/github",
  kind: "github",
  secrets: ["env:GITHUB", "hunter2hunter2", "file:/run/secret"],
};

Deno.test("formatSourceRow() shows where the secrets of a source are, and no secret [cli.source]", () => {
  const row = formatSourceRow(["ci", SOURCE]);
  assertEquals(row, [
    "ci",
    "github",
    "/github",
    "env:GITHUB, literal, file:/run/secret",
    "any",
    "any",
  ]);
  assertEquals(row.length, SOURCE_HEADER.length);
  const addressed = { ...SOURCE, session: "web", repository: "acme/web" };
  assertEquals(formatSourceRow(["ci", addressed]).slice(-2), ["web", "acme/web"]);
});

Deno.test("formatSourceRow() moves no cursor, whatever the configuration says [cli.source]", () => {
  fc.assert(fc.property(hostileText, (session) => {
    const cells = formatSourceRow(["ci", { ...SOURCE, session, secrets: [`file:/${session}`] }]);
    assertFalse(/[\p{Cc}\p{Zl}\p{Zp}]/u.test(cells.join("")));
  }));
});

Deno.test("toSourceJson() has the same for programs [cli.source]", () => {
  assertEquals(toSourceJson(["ci", { ...SOURCE, session: "web" }]), {
    name: "ci",
    kind: "github",
    path: "/github",
    secrets: ["env:GITHUB", "literal", "file:/run/secret"],
    session: "web",
    repository: null,
  });
});
