import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { LOOPBACK_HOSTNAMES, validateHost } from "../../../lib/http/validate_host.ts";
import { anyString, show } from "../_texts.ts";

function codeOf(host: string | null, allowed?: readonly string[]): string {
  const validation = validateHost(host, allowed);
  return validation.ok ? "ok" : validation.code;
}

Deno.test("validateHost() accepts the names of this machine with and without a port", () => {
  const hosts = [
    "localhost",
    "localhost:8788",
    "LOCALHOST:8788",
    "LocalHost",
    "127.0.0.1",
    "127.0.0.1:8788",
    "127.0.0.1:1",
    "127.0.0.1:65535",
    "[::1]",
    "[::1]:8788",
  ];
  for (const host of hosts) assertEquals(codeOf(host), "ok", show(host));
});

Deno.test("validateHost() refuses a request without a Host header", () => {
  for (const host of [null, ""]) assertEquals(codeOf(host), "host_missing", show(host));
});

Deno.test("validateHost() refuses other names, however much they look like an allowed one", () => {
  const hosts = [
    "evil.example",
    "evil.example:8788",
    "localhost.evil.example",
    "evil.example.localhost",
    "localhost.",
    "localhost.:8788",
    ".localhost",
    "xlocalhost",
    "localhostx",
    "local-host",
    "127.0.0.1.evil",
    "127.0.0.1.",
    "127.0.0.2",
    "127.1",
    "127.0.0.01",
    "0.0.0.0",
    "0",
    "2130706433",
    "0x7f000001",
    "0177.0.0.1",
    "192.168.0.1:8788",
    "[::]",
    "[0:0:0:0:0:0:0:1]",
    "[::ffff:127.0.0.1]",
    "[fe80::1]:8788",
  ];
  for (const host of hosts) assertEquals(codeOf(host), "host_foreign", show(host));
});

Deno.test("validateHost() refuses what is not a host", () => {
  const hosts = [
    " ",
    " localhost",
    "localhost ",
    "localhost\n",
    "\nlocalhost",
    "localhost\r\nX: y",
    "localhost\0",
    "local host",
    "localhost, evil.example",
    "localhost,localhost",
    "evil.example, localhost",
    "localhost@evil",
    "evil@localhost",
    "user:pw@localhost:8788",
    "localhost/",
    "localhost/evil",
    "localhost#evil",
    "localhost?evil",
    "localhost\\evil",
    "http://localhost",
    "//localhost",
    "localhost:",
    "localhost:x",
    "localhost:-1",
    "localhost:+80",
    "localhost:80 ",
    "localhost:65536",
    "localhost:99999",
    "localhost:087888",
    "localhost:80:80",
    "localhost:80@evil",
    "localhost:٨٠",
    ":8788",
    "::1",
    "::1:8788",
    "[::1",
    "::1]",
    "[::1]x",
    "[::1%25lo]",
    "[localhost]",
    "[[::1]]",
    "[]",
    "lоcalhost",
    "ｌocalhost",
    "localhoſt",
    "local\u00adhost",
    "local\u200bhost",
    "%6cocalhost",
  ];
  for (const host of hosts) assertEquals(codeOf(host), "host_malformed", show(host));
});

Deno.test("validateHost() compares with the names that it is given", () => {
  const allowed = ["box.example", "[fd00::1]"];
  const cases: [string, string][] = [
    ["box.example", "ok"],
    ["BOX.example:443", "ok"],
    ["[FD00::1]:1", "ok"],
    ["localhost", "host_foreign"],
    ["a.box.example", "host_foreign"],
    ["boxxexample", "host_foreign"],
  ];
  for (const [host, code] of cases) assertEquals(codeOf(host, allowed), code, show(host));
  assertEquals(codeOf("localhost", []), "host_foreign");
});

Deno.test("validateHost() says what it expected and does not repeat what it received", () => {
  const validation = validateHost("evil.example");
  assert(!validation.ok);
  assert(validation.message.includes("localhost, 127.0.0.1, [::1]"), validation.message);
  assert(!validation.message.includes("evil"), validation.message);
});

Deno.test("validateHost() accepts an allowed name and a port, and no other text", () => {
  const piece = fc.constantFrom(
    ...["localhost", "LOCALHOST", "127.0.0.1", "[::1]", "evil.example", "8788", "65536", "0"],
    ...".:@,/\\#?% \t\n\0[]-_1aſ\u212a\u200b",
  );
  const name = fc.constantFrom("localhost", "LOCALHOST", "127.0.0.1", "[::1]");
  const host = fc.oneof(
    fc.array(piece, { maxLength: 6 }).map((pieces) => pieces.join("")),
    fc.tuple(name, piece, piece).map((pieces) => pieces.join("")),
    fc.tuple(piece, name).map((pieces) => pieces.join("")),
    fc.tuple(name, fc.nat(70_000)).map(([name, port]) => `${name}:${port}`),
    anyString(12),
  );
  fc.assert(
    fc.property(host, (host) => {
      const isAllowed = LOOPBACK_HOSTNAMES.some((name) => {
        const beginning = host.slice(0, name.length);
        const rest = host.slice(name.length);
        if (beginning.toLowerCase() !== name) return false;
        const isPort = [...rest.slice(1)].every((digit) => "0123456789".includes(digit));
        return rest === "" || (rest[0] === ":" && rest.length > 1 && rest.length <= 6 && isPort &&
          Number(rest.slice(1)) <= 65535);
      });
      assertEquals(validateHost(host).ok, isAllowed);
    }),
    { numRuns: 500 },
  );
});
