import { assert, assertEquals, assertFalse } from "@std/assert";
import fc from "fast-check";
import { findClientAddress, networkOf } from "../../../lib/http/client_address.ts";
import {
  type AddressRange,
  tryParseAddressRange,
  tryParseIpAddress,
} from "../../../lib/http/ip_address.ts";
import { hostileText, show } from "../_texts.ts";

function rangesOf(...texts: string[]): AddressRange[] {
  return texts.map((text) => {
    const range = tryParseAddressRange(text);
    assert(range, text);
    return range;
  });
}

/** Tells whether an address is in a range, as the search for the client sees it. */
function isTrusted(address: string, range: string): boolean {
  const options = { remote: address, forwardedFor: "203.0.113.9" };
  return findClientAddress({ ...options, trustedProxies: rangesOf(range) }) === "203.0.113.9";
}

Deno.test("findClientAddress() believes no header of a stranger [access.proxy]", () => {
  const trustedProxies = rangesOf("127.0.0.1", "10.0.0.0/8");
  for (const forwardedFor of [null, "", "1.2.3.4", "10.0.0.1", "127.0.0.1, 127.0.0.1", "x"]) {
    const options = { remote: "192.0.2.7", forwardedFor, trustedProxies };
    assertEquals(findClientAddress(options), "192.0.2.7", show(forwardedFor));
    const alone = { remote: "127.0.0.1", forwardedFor, trustedProxies: [] };
    assertEquals(findClientAddress(alone), "127.0.0.1", show(forwardedFor));
  }
});

Deno.test("findClientAddress() reads from the right what trusted proxies wrote [access.proxy]", () => {
  const trustedProxies = rangesOf("127.0.0.1", "10.0.0.0/8", "fd00::/8");
  const cases: [string | null, string][] = [
    ["203.0.113.9", "203.0.113.9"],
    ["1.2.3.4, 203.0.113.9", "203.0.113.9"],
    ["127.0.0.1, 203.0.113.9", "203.0.113.9"],
    ["1.2.3.4,203.0.113.9,10.1.2.3", "203.0.113.9"],
    ["1.2.3.4 ,\t203.0.113.9 , fd00::1 ,10.1.2.3", "203.0.113.9"],
    ["203.0.113.9, ::ffff:10.1.2.3", "203.0.113.9"],
    ["1.2.3.4, 2001:DB8::0:1", "2001:db8::1"],
    ["[2001:db8::1]:443", "2001:db8::1"],
    ["203.0.113.9:51234", "203.0.113.9"],
    // All are proxies: the one farthest away.
    ["10.0.0.1, 10.0.0.2", "10.0.0.1"],
    [null, "127.0.0.1"],
    ["", "127.0.0.1"],
    // Left of what is no address everything may be made up.
    ["1.2.3.4, unknown", "127.0.0.1"],
    ["1.2.3.4, unknown, 10.0.0.1", "10.0.0.1"],
    ["1.2.3.4, , 10.0.0.1", "10.0.0.1"],
    ["1.2.3.4,", "127.0.0.1"],
    ["1.2.3.4, 5.6.7.8.9", "127.0.0.1"],
    ["1.2.3.4, _hidden, 10.0.0.1", "10.0.0.1"],
    ["for=1.2.3.4", "127.0.0.1"],
    ["1.2.3.4 5.6.7.8", "127.0.0.1"],
  ];
  for (const [forwardedFor, expected] of cases) {
    const options = { remote: "127.0.0.1", forwardedFor, trustedProxies };
    assertEquals(findClientAddress(options), expected, show(forwardedFor));
  }
});

Deno.test("findClientAddress() spells one client in one way [access.proxy]", () => {
  const cases: [string, string][] = [
    ["::ffff:192.0.2.7", "192.0.2.7"],
    ["[::ffff:192.0.2.7]:80", "192.0.2.7"],
    ["192.0.2.7:80", "192.0.2.7"],
    ["FE80::1%eth0", "fe80::1"],
    ["[fe80::1%25eth0]:80", "fe80::1"],
    ["[FE80:0::1]", "fe80::1"],
    ["::1", "::1"],
    // A text that is no address is no proxy.
    ["/run/user/1000/socket", "/run/user/1000/socket"],
    ["localhost", "localhost"],
    ["", ""],
  ];
  for (const [remote, expected] of cases) {
    const options = { remote, forwardedFor: null, trustedProxies: [] };
    assertEquals(findClientAddress(options), expected, show(remote));
  }
  const trustedProxies = rangesOf("0.0.0.0/0", "::/0");
  const options = { remote: "localhost", forwardedFor: "1.2.3.4", trustedProxies };
  assertEquals(findClientAddress(options), "localhost");
});

Deno.test("findClientAddress() finds the client whatever it has sent before [access.proxy]", () => {
  const trustedProxies = rangesOf("10.0.0.0/8");
  const proxies = fc.array(fc.nat(255).map((octet) => `10.0.0.${octet}`), { maxLength: 4 });
  const client = fc.oneof(
    fc.constant("2001:db8::1"),
    fc.nat(255).map((octet) => `192.0.2.${octet}`),
  );
  fc.assert(fc.property(hostileText, client, proxies, (sent, client, proxies) => {
    const forwardedFor = [sent, client, ...proxies].join(", ");
    const options = { remote: "10.9.9.9", forwardedFor, trustedProxies };
    assertEquals(findClientAddress(options), client);
  }));
  fc.assert(fc.property(hostileText, (sent) => {
    const options = { remote: "10.9.9.9", forwardedFor: `${sent}, unknown`, trustedProxies };
    assertEquals(findClientAddress(options), "10.9.9.9");
  }));
});

Deno.test("tryParseAddressRange() reads addresses and ranges [access.proxy]", () => {
  const cases: [string, string[], string[]][] = [
    ["10.0.0.1", ["10.0.0.1", "::ffff:10.0.0.1"], ["10.0.0.2", "::10.0.0.1", "::1"]],
    ["10.0.0.0/8", ["10.0.0.0", "10.255.255.255"], ["9.255.255.255", "11.0.0.0", "a00::"]],
    ["10.1.2.3/8", ["10.9.9.9"], ["11.1.2.3"]],
    ["192.168.4.0/22", ["192.168.4.0", "192.168.7.255"], ["192.168.3.255", "192.168.8.0"]],
    ["1.2.3.4/32", ["1.2.3.4"], ["1.2.3.5"]],
    ["1.2.3.4/31", ["1.2.3.4", "1.2.3.5"], ["1.2.3.6", "1.2.3.3"]],
    ["0.0.0.0/0", ["0.0.0.0", "255.255.255.255"], ["::1"]],
    ["::1", ["::1", "0:0:0:0:0:0:0:1"], ["::2", "0.0.0.1"]],
    ["FD00::/8", ["fd00::1", "fdff:ffff::"], ["fc00::1", "fe00::1"]],
    ["2001:db8::/33", ["2001:db8:7fff::1"], ["2001:db8:8000::1"]],
    ["::/0", ["::1", "ffff::"], ["10.0.0.1"]],
    ["::ffff:10.0.0.0/104", ["10.255.0.1"], ["11.0.0.1"]],
    ["::ffff:10.0.0.1", ["10.0.0.1"], ["10.0.0.2"]],
    ["::ffff:0:0/96", ["10.0.0.1"], ["::1"]],
  ];
  for (const [range, inside, outside] of cases) {
    for (const address of inside) assert(isTrusted(address, range), `${address} in ${range}`);
    for (const address of outside) assertFalse(isTrusted(address, range), `${address} in ${range}`);
  }
});

Deno.test("tryParseAddressRange() contains what begins with the same bits [access.proxy]", () => {
  const ipv4 = fc.array(fc.nat(255), { minLength: 4, maxLength: 4 });
  const toBits = (octets: number[]) => octets.map((o) => o.toString(2).padStart(8, "0")).join("");
  fc.assert(fc.property(ipv4, ipv4, fc.nat(4), fc.nat(32), (range, other, same, prefix) => {
    const address = [...range.slice(0, same), ...other.slice(same)];
    const isInside = toBits(address).startsWith(toBits(range).slice(0, prefix));
    assertEquals(isTrusted(address.join("."), `${range.join(".")}/${prefix}`), isInside);
  }));
});

Deno.test("networkOf() counts the addresses of one IPv6 network as one, and others alone [access.limits]", () => {
  const cases: [string, string][] = [
    ["192.0.2.1", "192.0.2.1"],
    ["::ffff:192.0.2.1", "192.0.2.1"],
    ["::1", "::/64"],
    ["2001:db8:1:2::1", "2001:db8:1:2::/64"],
    ["2001:DB8:1:2:ffff:ffff:ffff:ffff", "2001:db8:1:2::/64"],
    ["2001:db8:1:3::1", "2001:db8:1:3::/64"],
    ["not an address", "not an address"],
  ];
  for (const [address, network] of cases) assertEquals(networkOf(address), network, show(address));
});

Deno.test("findClientAddress() spells addresses as the command line does [access.proxy]", () => {
  fc.assert(fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), (remote) => {
    const found = findClientAddress({ remote, forwardedFor: null, trustedProxies: [] });
    assertEquals(found, tryParseIpAddress(remote)?.text);
  }));
});
