import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { parseRequestTarget, type RequestTarget } from "../../../lib/http/parse_request_target.ts";
import { show } from "../_texts.ts";

/** Reads a URL by `new URL()`; the first of several parameters with one name counts. */
function readUrl(text: string): RequestTarget {
  const url = new URL(text);
  const entries = [...url.searchParams].toReversed();
  return { authority: url.host, path: url.pathname, query: Object.fromEntries(entries) };
}

Deno.test("parseRequestTarget() reads the authority, the path and the query", () => {
  const cases: [string, string, string, Record<string, string>][] = [
    ["http://localhost:8788/", "localhost:8788", "/", {}],
    ["http://localhost:8788", "localhost:8788", "/", {}],
    ["http://localhost:8788/ci?run=1", "localhost:8788", "/ci", { run: "1" }],
    ["http://[::1]:8788/a/b?x=1&y=2", "[::1]:8788", "/a/b", { x: "1", y: "2" }],
    ["http://localhost/?", "localhost", "/", {}],
    ["http://localhost/a?b", "localhost", "/a", { b: "" }],
    ["http://localhost/a?=b&&", "localhost", "/a", { "": "b" }],
    ["http://localhost/?a=1+2%263", "localhost", "/", { a: "1 2&3" }],
    ["http://localhost/?a=b=c?d/e", "localhost", "/", { a: "b=c?d/e" }],
    ["http://localhost/?a=%zz%ff", "localhost", "/", { a: "%zz\ufffd" }],
    ["http://localhost/a%2Fb%20c", "localhost", "/a%2Fb%20c", {}],
    ["http://localhost//evil.example/x", "localhost", "//evil.example/x", {}],
    ["http://localhost/http://evil.example/", "localhost", "/http://evil.example/", {}],
    ["http://localhost:8788@evil.example/", "localhost:8788@evil.example", "/", {}],
  ];
  for (const [url, authority, path, query] of cases) {
    assertEquals(parseRequestTarget(url), { authority, path, query }, show(url));
  }
});

Deno.test("parseRequestTarget() keeps a question mark that begins the query", () => {
  const { path, query } = parseRequestTarget("http://localhost/a??b=1");
  assertEquals({ path, query }, { path: "/a", query: { "?b": "1" } });
});

Deno.test("parseRequestTarget() lets the first of several parameters count", () => {
  const { query } = parseRequestTarget("http://localhost/?a=1&b=2&a=3&a=");
  assertEquals(query, { a: "1", b: "2" });
});

Deno.test("parseRequestTarget() takes the names of object members for parameters", () => {
  const { query } = parseRequestTarget("http://localhost/?__proto__=1&constructor=2");
  assertEquals(Object.entries(query), [["__proto__", "1"], ["constructor", "2"]]);
  assertEquals(Object.getPrototypeOf(query), Object.prototype);
});

Deno.test("parseRequestTarget() gives a query that cannot change the next request's", () => {
  const { query } = parseRequestTarget("http://localhost/");
  Reflect.set(query, "a", "1");
  assertEquals(parseRequestTarget("http://localhost/").query, {});
});

Deno.test("parseRequestTarget() says the same as new URL()", () => {
  const part = fc.string({ unit: fc.constantFrom(..."ab09/?&=+%.:@-_~é😀 \"<>'[]|\\") });
  const url = fc.oneof(
    fc.tuple(part, part).map(([path, query]) => `http://localhost:8788/${path}?${query}`),
    fc.tuple(part, fc.array(fc.tuple(fc.constantFrom("a", "b", "c"), part), { maxLength: 6 }))
      .map(([path, entries]) => `http://127.0.0.1/${path}?${new URLSearchParams(entries)}`),
  );
  fc.assert(
    fc.property(url, (text) => {
      // Request.url is always in the form that new URL() gives an address.
      const { href } = new URL(text);
      const { authority, path, query } = parseRequestTarget(href);
      assertEquals({ authority, path, query: { ...query } }, readUrl(href));
      assert(path.startsWith("/"));
    }),
    { numRuns: 500 },
  );
});
