import { assert, assertEquals, assertFalse } from "@std/assert";
import fc from "fast-check";
import {
  isLoopbackAddress,
  tryParseAddressRange,
  tryParseIpAddress,
} from "../../../lib/http/ip_address.ts";
import { anyString, show } from "../_texts.ts";

function normalize(text: string): string | undefined {
  return tryParseIpAddress(text)?.text;
}

/** Spells an IPv6 address as the URL standard does. */
function normalizeAsUrl(text: string): string | undefined {
  return URL.parse(`http://[${text}]/`)?.hostname.slice(1, -1);
}

Deno.test("tryParseIpAddress() spells each address in one way [access.proxy]", () => {
  const cases: [string, string][] = [
    ["0.0.0.0", "0.0.0.0"],
    ["127.0.0.1", "127.0.0.1"],
    ["255.255.255.255", "255.255.255.255"],
    ["::", "::"],
    ["::1", "::1"],
    ["1::", "1::"],
    ["0:0:0:0:0:0:0:1", "::1"],
    ["2001:DB8::00A:b", "2001:db8::a:b"],
    ["2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"],
    ["2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"],
    ["10:0:0:20:0:0:0:30", "10:0:0:20::30"],
    ["fe80:0:0:0:0:0:0:0", "fe80::"],
    ["1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"],
    ["ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"],
    ["64:ff9b::192.0.2.33", "64:ff9b::c000:221"],
    ["::ffff:127.0.0.1", "127.0.0.1"],
    ["::FFFF:7f00:1", "127.0.0.1"],
    ["0:0:0:0:0:ffff:10.1.2.3", "10.1.2.3"],
    ["::127.0.0.1", "::7f00:1"],
    ["::ffff:0:127.0.0.1", "::ffff:0:7f00:1"],
    ["::fffe:7f00:1", "::fffe:7f00:1"],
  ];
  for (const [text, expected] of cases) assertEquals(normalize(text), expected, text);
});

Deno.test("tryParseIpAddress() takes nothing that only some programs take [access.proxy]", () => {
  const texts = [
    "",
    "localhost",
    "1",
    "127.1",
    "2130706433",
    "0x7f.0.0.1",
    "0177.0.0.1",
    "127.0.0.01",
    "127.0.0.256",
    "127.0.0.1.",
    ".127.0.0.1",
    "127.0.0.1.1",
    "127.0.0.-1",
    " 127.0.0.1",
    "127.0.0.1\n",
    "127.0.0.1:80",
    "١٢٧.0.0.1",
    ":",
    ":::",
    "1:2:3:4:5:6:7",
    "1:2:3:4:5:6:7:8:9",
    "1:2:3:4:5:6:7:8::",
    "::1:2:3:4:5:6:7:8",
    "1::2::3",
    "1:::2",
    ":1:2:3:4:5:6:7",
    "1:2:3:4:5:6:7:",
    "::12345",
    "::g",
    "::-1",
    "::1 ",
    "[::1]",
    "::1%eth0",
    "::1/128",
    "::127.0.0.1:1",
    "127.0.0.1::",
    "1.2.3.4::1",
    "::127.0.1",
    "::01.2.3.4",
    "0".repeat(46),
    ":".repeat(10_000),
  ];
  for (const text of texts) assertEquals(normalize(text), undefined, show(text).slice(0, 60));
});

Deno.test("tryParseIpAddress() reads what it has spelled as the same [access.proxy]", () => {
  fc.assert(fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), (text) => {
    const address = tryParseIpAddress(text);
    assert(address, text);
    assertEquals(tryParseIpAddress(address.text), address);
    assertEquals(address.bits, address.text.includes(":") ? 128 : 32);
  }));
});

Deno.test("tryParseIpAddress() reads IPv6 as the URL standard does [access.proxy]", () => {
  const piece = fc.constantFrom(..."0:a1f", "::", ":0:0:", "ffff", "12345", "1.2.3.4", "256.1.1.1");
  const text = fc.oneof(
    fc.ipV6(),
    fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join("")),
    anyString(6).map((text) => text.replace(/[\s\p{Cc}\]/\\?#@%]/gu, "")),
  );
  fc.assert(
    fc.property(text, (text) => {
      const expected = normalizeAsUrl(text);
      const mapped = /^::ffff:([0-9a-f]+):([0-9a-f]+)$/.exec(expected ?? "");
      if (mapped === null && text.includes(":")) {
        assertEquals(normalize(text), expected, show(text));
      }
    }),
    { numRuns: 1000 },
  );
});

Deno.test("tryParseAddressRange() takes no other text [access.proxy]", () => {
  const texts = [
    "",
    "/",
    "/8",
    "10.0.0.0/",
    "10.0.0.0/33",
    "10.0.0.0/-1",
    "10.0.0.0/08",
    "10.0.0.0/8/8",
    "10.0.0.0/8 ",
    " 10.0.0.0/8",
    "10.0.0.0 /8",
    "10.0.0.0/8\n",
    "10.0.0.0/255.0.0.0",
    "10.0.0/8",
    "10.0.0.0:80",
    "10.*",
    "::/129",
    "::/1000",
    "[::1]",
    "fe80::1%eth0",
    "::ffff:10.0.0.0/95",
    "::ffff:10.0.0.0/8",
    "localhost",
    "proxy.example",
    "*",
  ];
  for (const text of texts) assertEquals(tryParseAddressRange(text), undefined, show(text));
});

Deno.test("isLoopbackAddress() knows the addresses of this machine itself [access.proxy]", () => {
  const own = [
    "127.0.0.1",
    "127.0.0.2",
    "127.255.255.255",
    "::1",
    "[::1]",
    "0:0:0:0:0:0:0:1",
    "::ffff:127.0.0.1",
    "::FFFF:7F00:1",
  ];
  for (const text of own) assert(isLoopbackAddress(text), text);
  const others = [
    "",
    "localhost",
    "0.0.0.0",
    "::",
    "[::]",
    "128.0.0.1",
    "126.255.255.255",
    "10.0.0.1",
    "::127.0.0.1",
    "::2",
    "fe80::1",
    "127.1",
    "127.0.0.1.evil.example",
    "0177.0.0.1",
    "127.0.0.1 ",
    "[127.0.0.1",
    "[::1",
    "::1]",
    "127.0.0.1:x",
  ];
  for (const text of others) assertFalse(isLoopbackAddress(text), show(text));
});
