import { assert, assertEquals, assertFalse, assertStringIncludes } from "@std/assert";
import fc from "fast-check";
import { tryParseAddressRange } from "../../../lib/http/ip_address.ts";
import {
  type ListenOptions,
  NETWORK_FLAGS,
  type NetworkContext,
  type NetworkOptions,
  readNetworkOptions,
} from "../../../lib/cli/network_options.ts";
import { readCommand } from "../../../lib/cli/read_command.ts";
import { anyString, show } from "../_texts.ts";
import { messageOf as formatMessage } from "./_message_of.ts";

const NOTHING: NetworkOptions = { trustedProxies: [], allowedHosts: [] };

const TLS = ["--tls-cert", "/tls/chain.pem", "--tls-key", "/tls/key.pem"];
const TLS_FILES = { certFile: "/tls/chain.pem", keyFile: "/tls/key.pem" };
const PROXY = ["--behind-proxy", "10.0.0.1"];

const COMMANDS = { test: { words: "", summary: "", flags: NETWORK_FLAGS } };

function read(args: readonly string[], context: Partial<NetworkContext> = {}) {
  const parsed = readCommand("test", COMMANDS, args);
  return parsed.ok
    ? readNetworkOptions(parsed.value, { port: 8788, isHeaderTrusted: false, ...context })
    : parsed;
}

function messageOf(args: readonly string[], context: Partial<NetworkContext> = {}): string {
  return formatMessage(read(args, context));
}

function listenOf(args: readonly string[], context: Partial<NetworkContext> = {}) {
  const parsed = read(args, context);
  assert(parsed.ok, formatMessage(parsed));
  return parsed.value.listen;
}

Deno.test("readNetworkOptions() listens nowhere else and trusts no proxy without flags [network.loopback]", () => {
  assertEquals(read([]), { ok: true, value: NOTHING });
  assertEquals(read([], { isHeaderTrusted: true }), { ok: true, value: NOTHING });
});

Deno.test("readNetworkOptions() takes the usual address for no second one [network.loopback]", () => {
  const hosts = [
    "127.0.0.1",
    "localhost",
    "LocalHost",
    "127.0.0.1:8788",
    "localhost:8788",
    "[::ffff:127.0.0.1]",
  ];
  for (const host of hosts) assertEquals(listenOf([`--host=${host}`]), undefined, host);
  assertEquals(listenOf(["--host=127.0.0.1"], { port: 0 }), undefined);
});

Deno.test("readNetworkOptions() needs no TLS for other loopback addresses [network.loopback]", () => {
  const cases: [string, string, number][] = [
    ["127.0.0.2", "127.0.0.2", 8788],
    ["127.255.0.1:80", "127.255.0.1", 80],
    ["127.0.0.1:8789", "127.0.0.1", 8789],
    ["localhost:8789", "127.0.0.1", 8789],
    ["127.0.0.1:0", "127.0.0.1", 0],
    ["[::1]", "[::1]", 8788],
    ["[::1]:65535", "[::1]", 65535],
    ["[0:0:0:0:0:0:0:1]:9000", "[::1]", 9000],
  ];
  for (const [host, hostname, port] of cases) {
    const listen: ListenOptions = { hostname, port, isLoopback: true };
    assertEquals(listenOf(["--host", host]), listen, host);
    assertEquals(listenOf(["--host", host], { isHeaderTrusted: true }), listen, host);
    assertEquals(listenOf(["--host", host, ...TLS]), { ...listen, tls: TLS_FILES }, host);
  }
});

Deno.test("readNetworkOptions() needs TLS or a proxy for an address that others reach [network.tls]", () => {
  const cases: [string, string, number][] = [
    ["192.168.1.5", "192.168.1.5", 8788],
    ["192.168.1.5:443", "192.168.1.5", 443],
    ["0.0.0.0:8789", "0.0.0.0", 8789],
    ["[::]:8789", "[::]", 8789],
    ["[2001:DB8::A]", "[2001:db8::a]", 8788],
    ["[fe80::1]:80", "[fe80::1]", 80],
    ["[::ffff:192.168.1.5]", "192.168.1.5", 8788],
    ["128.0.0.1", "128.0.0.1", 8788],
  ];
  for (const [host, hostname, port] of cases) {
    const listen: ListenOptions = { hostname, port, isLoopback: false };
    assertEquals(listenOf(["--host", host, ...TLS]), { ...listen, tls: TLS_FILES }, host);
    assertEquals(listenOf(["--host", host, ...PROXY]), listen, host);
    const both = listenOf(["--host", host, ...PROXY, ...TLS]);
    assertEquals(both, { ...listen, tls: TLS_FILES }, host);
    assertEquals(
      messageOf(["--host", host]),
      `Cannot listen on ${hostname}:${port} without encryption: ` +
        "expected --tls-cert and --tls-key, or --behind-proxy",
    );
  }
});

Deno.test("readNetworkOptions() refuses all addresses at the port of the first listener [network.loopback]", () => {
  const cases: [string, number, string][] = [
    ["0.0.0.0", 8788, "--host 0.0.0.0:8789"],
    ["0.0.0.0:8788", 8788, "--host 0.0.0.0:8789"],
    ["[::]", 8788, "--host [::]:8789"],
    ["[0:0::0]", 8788, "--host [::]:8789"],
    ["[::ffff:0:0]", 8788, "--host 0.0.0.0:8789"],
    ["0.0.0.0", 65535, "--host 0.0.0.0:65534"],
  ];
  for (const [host, port, advice] of cases) {
    for (const args of [TLS, PROXY, []]) {
      const message = messageOf(["--host", host, ...args], { port });
      assertStringIncludes(message, "the first listener has that port on 127.0.0.1", host);
      assertStringIncludes(message, `give another port, such as ${advice}`);
    }
  }
  assertEquals(listenOf(["--host", "0.0.0.0", ...TLS], { port: 0 })?.port, 0);
});

Deno.test("readNetworkOptions() refuses a host that is no address [cli.usage]", () => {
  const hosts = [
    "",
    ":8789",
    "example.com",
    "localhost.example.com",
    "localhost.",
    "::1",
    "::",
    "[::1",
    "[]",
    "[localhost]",
    "[127.0.0.1]",
    "[fe80::1%eth0]",
    "[::ffff:127.0.0.256]",
    "[1::2::3]",
    "0",
    "127.1",
    "2130706433",
    "0x7f.0.0.1",
    "127.0.0.01",
    "192.168.1.256",
    "1.2.3.4.5",
    "192.168.1.5:",
    "192.168.1.5:65536",
    "192.168.1.5:1e3",
    "192.168.1.5:99999999",
    "192.168.1.5/24",
    "http://192.168.1.5",
    "a@192.168.1.5",
    " 192.168.1.5",
    "192.168.1.5\n",
    "*",
    "١٢٧.0.0.1",
  ];
  for (const host of hosts) {
    assertEquals(
      messageOf([`--host=${host}`, ...TLS]),
      `Invalid value "${host}" for --host: ` +
        'expected an address such as "192.168.1.5", "192.168.1.5:8789" or "[::1]:8789"',
      host,
    );
  }
});

Deno.test("readNetworkOptions() takes a certificate and its key together, for an address [network.tls]", () => {
  const host = ["--host", "192.168.1.5"];
  const cases: [string[], string][] = [
    [[...host, "--tls-cert=c"], "The flag --tls-key is missing: "],
    [[...host, "--tls-key=k"], "The flag --tls-cert is missing: "],
    [["--tls-key=k"], "The flag --tls-cert is missing: "],
    [[...host, "--tls-cert=", "--tls-key=k"], 'Invalid value "" for --tls-cert: '],
    [[...host, "--tls-cert=c", "--tls-key="], 'Invalid value "" for --tls-key: '],
    [TLS, "Cannot use --tls-cert and --tls-key for 127.0.0.1"],
    [["--host=localhost", ...TLS], "Cannot use --tls-cert and --tls-key for 127.0.0.1"],
    [[...PROXY, ...TLS], "Cannot use --tls-cert and --tls-key for 127.0.0.1"],
  ];
  for (const [args, start] of cases) {
    assert(messageOf(args).startsWith(start), `${show(args)}: ${messageOf(args)}`);
  }
});

Deno.test("readNetworkOptions() reads the proxies to believe [network.proxy]", () => {
  const cases = [["127.0.0.1"], ["10.0.0.0/8", "::1", "2001:db8::/32"], ["192.168.1.5"]];
  for (const proxies of cases) {
    assertEquals(read(["--behind-proxy", proxies.join(",")]), {
      ok: true,
      value: { ...NOTHING, trustedProxies: proxies.map((text) => tryParseAddressRange(text)!) },
    });
  }
  const wrong: [string, string][] = [
    ["", ""],
    ["127.0.0.1,", ""],
    ["127.0.0.1, ::1", " ::1"],
    ["10.0.0.0/33", "10.0.0.0/33"],
    ["localhost", "localhost"],
    ["*", "*"],
  ];
  for (const [value, item] of wrong) {
    assertEquals(
      messageOf([`--behind-proxy=${value}`]),
      `Invalid value "${item}" for --behind-proxy: ` +
        'expected addresses or ranges such as "127.0.0.1" or "10.0.0.0/8", separated by commas',
    );
  }
});

Deno.test("readNetworkOptions() reads further names of the server [network.loopback]", () => {
  const text = "Channel.Example.com,my-mac,my_mac.local,192.168.1.5,[2001:DB8:0::1]";
  const allowedHosts = [
    "channel.example.com",
    "my-mac",
    "my_mac.local",
    "192.168.1.5",
    "[2001:db8::1]",
  ];
  assertEquals(read(["--allow-host", text]), { ok: true, value: { ...NOTHING, allowedHosts } });
  const wrong: [string, string][] = [
    ["", ""],
    ["a,", ""],
    ["a, b", " b"],
    ["*", "*"],
    ["*.example.com", "*.example.com"],
    [".example.com", ".example.com"],
    ["example.com.", "example.com."],
    ["example.com:443", "example.com:443"],
    ["https://example.com", "https://example.com"],
    ["example.com/", "example.com/"],
    ["[::1]:8788", "[::1]:8788"],
    ["::1", "::1"],
    ["[example.com]", "[example.com]"],
    ["bücher.example", "bücher.example"],
    ["[127.0.0.1]", "[127.0.0.1]"],
    ["example.com\n", "example.com\n"],
    ["a".repeat(254), "a".repeat(254)],
  ];
  for (const [value, item] of wrong) {
    assertEquals(
      messageOf([`--allow-host=${value}`]),
      `Invalid value "${item}" for --allow-host: ` +
        'expected names such as "channel.example.com" without port, separated by commas',
    );
  }
});

Deno.test("readNetworkOptions() believes no name when a request may come from elsewhere [network.trusted-header]", () => {
  const cases: [string[], string][] = [
    [["--host", "192.168.1.5", ...TLS], "Cannot use --trust-header with --host 192.168.1.5: "],
    [["--host", "[::]:8789", ...TLS], "Cannot use --trust-header with --host [::]: "],
    [PROXY, "Cannot use --trust-header with --behind-proxy: "],
    [["--host", "[::1]", ...PROXY], "Cannot use --trust-header with --behind-proxy: "],
    [["--allow-host", "a.example"], "Cannot use --trust-header with --allow-host: "],
  ];
  for (const [args, start] of cases) {
    assert(read(args).ok, show(args));
    const message = messageOf(args, { isHeaderTrusted: true });
    assert(message.startsWith(start), `${show(args)}: ${message}`);
  }
});

Deno.test("readNetworkOptions() never listens in the clear where others reach it [network.tls]", () => {
  const byte = fc.nat(260).map(String);
  const group = fc.nat(0x1ffff).map((number) => number.toString(16));
  const address = fc.oneof(
    fc.tuple(byte, byte, byte, byte).map((bytes) => bytes.join(".")),
    fc.ipV4(),
    fc.ipV6().map((text) => `[${text}]`),
    fc.array(group, { maxLength: 8 }).map((groups) => `[::${groups.join(":")}]`),
    fc.constantFrom("0.0.0.0", "[::]", "[::1]", "127.0.0.1", "localhost", "[::ffff:10.0.0.1]"),
    anyString(12),
  );
  const port = fc.oneof(fc.constantFrom("", ":8788", ":0"), fc.nat(70_000).map((n) => `:${n}`));
  fc.assert(fc.property(address, port, fc.boolean(), (address, port, isHeaderTrusted) => {
    const parsed = read([`--host=${address}${port}`], { isHeaderTrusted });
    if (!parsed.ok) return;
    const { listen } = parsed.value;
    if (listen === undefined) return;
    assert(listen.isLoopback);
    assert(listen.hostname === "[::1]" || listen.hostname.startsWith("127."), listen.hostname);
    assert(listen.port >= 0 && listen.port <= 65535);
    assertFalse(listen.hostname === "127.0.0.1" && listen.port === 8788);
  }));
});
