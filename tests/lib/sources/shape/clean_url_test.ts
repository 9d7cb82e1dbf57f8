import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { cleanUrl } from "../../../../lib/sources/shape/clean_url.ts";
import { hostileText } from "../../_texts.ts";

Deno.test("cleanUrl() keeps the page and leaves everything that can carry a token [source.redaction]", () => {
  const url = "https://bob:hunter2@example.com/a/b?token=x&id=1&id=2#frag";
  assertEquals(cleanUrl(url), "https://example.com/a/b");
  assertEquals(cleanUrl(url, { keepFragment: true }), "https://example.com/a/b#frag");
  assertEquals(cleanUrl(url, { keepQuery: ["id"] }), "https://example.com/a/b?id=1&id=2");
  assertEquals(cleanUrl("http://localhost:3000"), "http://localhost:3000/");
});

Deno.test("cleanUrl() writes out what is not seen or opens something [source.untrusted]", () => {
  assertEquals(
    cleanUrl("https://example.com/<b>`\u202e\n"),
    "https://example.com/%3Cb%3E%60%E2%80%AE",
  );
  assertEquals(cleanUrl("https://еxample.com/"), "https://xn--xample-2of.com/");
});

Deno.test("cleanUrl() takes no other scheme, nothing broken and nothing long [source.redaction]", () => {
  const urls = [
    ...[undefined, "", "/path", "javascript:alert(1)", "data:text/html,x", "file:///etc/passwd"],
    ...["ftp://example.com/", "https://", "https://exa mple.com/", "not a url"],
    ...[`https://example.com/${"a".repeat(300)}`, `https://example.com/?${"a".repeat(9000)}`],
  ];
  for (const url of urls) assertEquals(cleanUrl(url), undefined, url);
});

Deno.test("cleanUrl() gives plain characters only, whatever comes [source.total]", () => {
  const options = { keepQuery: ["a", "b"], keepFragment: true };
  fc.assert(
    fc.property(hostileText, hostileText, hostileText, (path, query, fragment) => {
      const clean = cleanUrl(`https://example.com/${path}?a=${query}&b#${fragment}`, options);
      assert(clean === undefined || /^https:\/\/example\.com\/[!#-;=?-_a-~]*$/.test(clean), clean);
    }),
    { numRuns: 1000 },
  );
});
