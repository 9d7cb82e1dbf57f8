import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { validateOrigin } from "../../../lib/http/validate_origin.ts";
import { show } from "../_texts.ts";

const HOST = "localhost:8788";

function codeOf(origin: string | null, secFetchSite: string | null, host = HOST): string {
  const validation = validateOrigin({ origin, secFetchSite, host });
  return validation.ok ? "ok" : validation.code;
}

Deno.test("validateOrigin() accepts programs, the address bar and this server's own pages", () => {
  const cases: [string | null, string | null, string?][] = [
    [null, null],
    [null, "none"],
    [null, "same-origin"],
    ["http://localhost:8788", null],
    ["http://localhost:8788", "same-origin"],
    ["https://localhost:8788", "same-origin"],
    ["http://localhost:8788", null, "LOCALHOST:8788"],
    ["http://localhost", null, "localhost"],
    ["http://[::1]:8788", "same-origin", "[::1]:8788"],
  ];
  for (const [origin, site, host] of cases) {
    assertEquals(codeOf(origin, site, host), "ok", show([origin, site, host]));
  }
});

Deno.test("validateOrigin() refuses the pages of others", () => {
  const origins = [
    "",
    "null",
    "NULL",
    "undefined",
    "*",
    "http://evil.example",
    "https://evil.example:8788",
    "http://localhost",
    "http://localhost:8789",
    "http://localhost:80",
    "http://127.0.0.1:8788",
    "http://[::1]:8788",
    "http://localhost.evil.example:8788",
    "http://localhost:8788.evil.example",
    "http://localhost:87880",
    "http://localhost.:8788",
    "http://a.localhost:8788",
    "http://localhost@evil.example",
    "http://localhost:8788@evil.example",
    "http://user@localhost:8788",
    "http://localhost:8788/",
    "http://localhost:8788/path",
    "http://localhost:8788#",
    "http://localhost:8788?",
    "HTTP://localhost:8788",
    "http://LOCALHOST:8788",
    "http:/localhost:8788",
    "http:localhost:8788",
    "//localhost:8788",
    "localhost:8788",
    "ws://localhost:8788",
    "file://localhost:8788",
    "ftp://localhost:8788",
    "chrome-extension://localhost:8788",
    "xhttp://localhost:8788",
    " http://localhost:8788",
    "http://localhost:8788 ",
    "http://localhost:8788\n",
    "http://localhost:8788, http://evil.example",
    "http://evil.example, http://localhost:8788",
    "http://localhost:8788 http://localhost:8788",
    "http://localhost:8788\0",
    "http://lоcalhost:8788",
    "http://localhoſt:8788",
    "http://local\u200bhost:8788",
  ];
  for (const origin of origins) {
    for (const site of [null, "none", "same-origin"]) {
      assertEquals(codeOf(origin, site), "origin_foreign", show([origin, site]));
    }
  }
});

Deno.test("validateOrigin() refuses requests that another site causes", () => {
  const sites = [
    "cross-site",
    "same-site",
    "",
    " ",
    "Same-Origin",
    "NONE",
    "same-origin ",
    " none",
    "none,same-origin",
    "same-origin, cross-site",
    "same_origin",
    "null",
    "whatever",
  ];
  for (const site of sites) {
    for (const origin of [null, "http://localhost:8788"]) {
      assertEquals(codeOf(origin, site), "site_foreign", show([origin, site]));
    }
  }
});

Deno.test("validateOrigin() lets neither header make up for the other", () => {
  assert(codeOf("http://evil.example", "same-origin") !== "ok");
  assert(codeOf("http://evil.example", "none") !== "ok");
  assert(codeOf("http://localhost:8788", "cross-site") !== "ok");
  assert(codeOf("null", "cross-site") !== "ok");
});

Deno.test("validateOrigin() accepts exactly its own origin", () => {
  const piece = fc.constantFrom(
    ...["http://", "https://", "localhost", "127.0.0.1", ":8788", ":80", "evil.example", "null"],
    ..."./@,# \n:8",
  );
  const origin = fc.oneof(
    fc.array(piece, { maxLength: 6 }).map((pieces) => pieces.join("")),
    fc.tuple(
      fc.constantFrom("http://", "https://"),
      fc.constantFrom("localhost", "127.0.0.1"),
      piece,
    )
      .map((pieces) => pieces.join("")),
    fc.constant(null),
  );
  const site = fc.constantFrom(null, "none", "same-origin", "same-site", "cross-site", "", "x");
  const host = fc.constantFrom("localhost", "localhost:8788", "LocalHost:80", "127.0.0.1:8788");
  fc.assert(
    fc.property(origin, site, host, (origin, secFetchSite, host) => {
      const own = ["http://", "https://"].map((scheme) => scheme + host.toLowerCase());
      const isOwn = origin === null || own.includes(origin);
      const isNear = [null, "none", "same-origin"].includes(secFetchSite);
      assertEquals(validateOrigin({ origin, secFetchSite, host }).ok, isOwn && isNear);
    }),
    { numRuns: 500 },
  );
});
