/**
 * Where the server listens besides 127.0.0.1, and whom it believes there.
 *
 * An address that others can reach needs encryption, its own or a proxy's, and no sender is believed
 * by the name that it gives itself once a request may come from another machine.
 *
 * @module
 */

import {
  type AddressRange,
  isLoopbackAddress,
  tryParseAddressRange,
  tryParseIpAddress,
} from "../http/ip_address.ts";
import { type FlagValue, readListFlag, refuseFlagValue } from "./flag_value.ts";
import type { Flags, FlagSpec } from "./read_flags.ts";

/** The files with what TLS needs. */
export interface TlsFiles {
  /** The path of the certificate chain, in PEM. */
  readonly certFile: string;
  /** The path of its private key, in PEM. */
  readonly keyFile: string;
}

/** The second address to listen on. */
export interface ListenOptions {
  /** An IPv4 address, or an IPv6 address in brackets. */
  readonly hostname: string;
  /** The port; `0` takes a free one. */
  readonly port: number;
  /** Whether only this machine reaches the address. */
  readonly isLoopback: boolean;
  /** What TLS needs; without it the listener speaks plain HTTP. */
  readonly tls?: TlsFiles;
}

/** Where the server listens besides 127.0.0.1, and whom it believes there. */
export interface NetworkOptions {
  /** The second address to listen on; none by default. */
  readonly listen?: ListenOptions;
  /** The proxies whose `X-Forwarded-For` is believed. */
  readonly trustedProxies: readonly AddressRange[];
  /** Further lower-case names for the `Host` header, without port; IPv6 addresses in brackets. */
  readonly allowedHosts: readonly string[];
}

/** What decides about network options besides their own flags. */
export interface NetworkContext {
  /** The port on 127.0.0.1. */
  readonly port: number;
  /** Whether the `X-Sender` header of anybody is believed. */
  readonly isHeaderTrusted: boolean;
}

/** The flags about the network. */
export const NETWORK_FLAGS = {
  "host": {
    value: "address[:port]",
    help: "also listen there, IPv6 in brackets (default 127.0.0.1 only; the port of --port)",
  },
  "tls-cert": { value: "file", help: "the certificate chain for --host, in PEM" },
  "tls-key": { value: "file", help: "the private key for --host, in PEM" },
  "behind-proxy": {
    value: "addresses",
    help: "addresses or CIDR ranges of proxies whose X-Forwarded-For is believed (default none)",
  },
  "allow-host": {
    value: "names",
    help: "further names that the Host header may have, without port (default loopback only)",
  },
} as const satisfies Record<string, FlagSpec>;

type NetworkFlags = Flags<typeof NETWORK_FLAGS>;

/** The address that is listened on in any case. */
const DEFAULT_HOSTNAME = "127.0.0.1";

/** `address`, `address:port`, `[ipv6]` or `[ipv6]:port`. */
const HOST_REGEXP = /^(\[[^\]]*\]|[^[\]:]*)(?::(\d{1,5}))?$/;

/** An IPv6 address in brackets, or an IPv4 address without. */
const ADDRESS_REGEXP = /^(?:\[([0-9a-f.]*:[0-9a-f:.]*)\]|([0-9.]+))$/i;

const NAME_REGEXP = /^[a-z0-9_](?:[a-z0-9._-]{0,251}[a-z0-9_])?$/i;

function refuse(message: string): { ok: false; message: string } {
  return { ok: false, message };
}

/** The address as a `Host` header has it; `undefined` for whatever is none. */
function tryParseAddress(text: string): string | undefined {
  const [, ipv6, ipv4] = ADDRESS_REGEXP.exec(text) ?? [];
  const address = tryParseIpAddress(ipv6 ?? ipv4 ?? "");
  if (address === undefined) return undefined;
  return address.bits === 32 ? address.text : `[${address.text}]`;
}

/** A name or an address as a `Host` header has it, in lower case; `undefined` for whatever is none. */
function tryParseHost(text: string): string | undefined {
  if (text.startsWith("[")) return tryParseAddress(text);
  return NAME_REGEXP.test(text) ? text.toLowerCase() : undefined;
}

function readHostFlag(text: string, port: number): FlagValue<ListenOptions | undefined> {
  const [, name = "", ownPort] = HOST_REGEXP.exec(text) ?? [];
  const hostname = name.toLowerCase() === "localhost" ? DEFAULT_HOSTNAME : tryParseAddress(name);
  const listenPort = Number(ownPort ?? port);
  if (hostname === undefined || listenPort > 65535) {
    return refuseFlagValue(text, {
      flag: "host",
      expected: 'an address such as "192.168.1.5", "192.168.1.5:8789" or "[::1]:8789"',
    });
  }
  const isSamePort = listenPort === port;
  if (hostname === DEFAULT_HOSTNAME && isSamePort) return { ok: true, value: undefined };
  if ((hostname === "0.0.0.0" || hostname === "[::]") && isSamePort && port !== 0) {
    const other = port < 65535 ? port + 1 : port - 1;
    return refuse(
      `Cannot listen on ${hostname}:${port}: the first listener has that port on ` +
        `${DEFAULT_HOSTNAME}; give another port, such as --host ${hostname}:${other}`,
    );
  }
  const isLoopback = isLoopbackAddress(hostname);
  return { ok: true, value: { hostname, port: listenPort, isLoopback } };
}

function readTlsFlags(flags: NetworkFlags): FlagValue<TlsFiles | undefined> {
  const { "tls-cert": certFile, "tls-key": keyFile } = flags;
  if (certFile === undefined && keyFile === undefined) return { ok: true, value: undefined };
  if (certFile === undefined || keyFile === undefined) {
    const missing = certFile === undefined ? "tls-cert" : "tls-key";
    return refuse(`The flag --${missing} is missing: expected --tls-cert and --tls-key together`);
  }
  const expected = "the path of a PEM file";
  if (certFile === "") return refuseFlagValue(certFile, { flag: "tls-cert", expected });
  if (keyFile === "") return refuseFlagValue(keyFile, { flag: "tls-key", expected });
  return { ok: true, value: { certFile, keyFile } };
}

function readProxiesFlag(text: string | undefined): FlagValue<readonly AddressRange[]> {
  const proxies = readListFlag(text, {
    flag: "behind-proxy",
    isItem: (item) => tryParseAddressRange(item) !== undefined,
    expected: 'addresses or ranges such as "127.0.0.1" or "10.0.0.0/8", separated by commas',
  });
  if (!proxies.ok) return proxies;
  return {
    ok: true,
    value: proxies.value.map(tryParseAddressRange).filter((range) => range !== undefined),
  };
}

function readHostsFlag(text: string | undefined): FlagValue<readonly string[]> {
  const hosts = readListFlag(text, {
    flag: "allow-host",
    isItem: (item) => tryParseHost(item) !== undefined,
    expected: 'names such as "channel.example.com", without port and separated by commas',
  });
  if (!hosts.ok) return hosts;
  return { ok: true, value: hosts.value.map(tryParseHost).filter((host) => host !== undefined) };
}

/** Why a sender must not be believed by its name with these options; `undefined` when it may be. */
function findTrustConflict(
  { listen, trustedProxies, allowedHosts }: NetworkOptions,
): string | undefined {
  if (listen !== undefined && !listen.isLoopback) {
    return `Cannot use --trust-header with --host ${listen.hostname}: ` +
      "whoever reaches that address could claim any name; expected a loopback address";
  }
  if (trustedProxies.length > 0) {
    return "Cannot use --trust-header with --behind-proxy: " +
      "whoever reaches the proxy could claim any name; expected one of them";
  }
  if (allowedHosts.length > 0) {
    return "Cannot use --trust-header with --allow-host: " +
      "whoever reaches a tunnel with that name could claim any name; expected one of them";
  }
  return undefined;
}

/**
 * Reads what the command line says about the network.
 *
 * @param flags The flags that were given.
 * @param context The other options that have a say.
 * @returns The options, or a message that says what is wrong and what is expected.
 */
export function readNetworkOptions(
  flags: NetworkFlags,
  { port, isHeaderTrusted }: NetworkContext,
): FlagValue<NetworkOptions> {
  const host = readHostFlag(flags.host ?? DEFAULT_HOSTNAME, port);
  const tls = readTlsFlags(flags);
  const proxies = readProxiesFlag(flags["behind-proxy"]);
  const hosts = readHostsFlag(flags["allow-host"]);
  if (!host.ok) return host;
  if (!tls.ok) return tls;
  if (!proxies.ok) return proxies;
  if (!hosts.ok) return hosts;
  const listen = host.value;
  if (listen === undefined && tls.value !== undefined) {
    return refuse(
      "Cannot use --tls-cert and --tls-key for 127.0.0.1, which speaks plain HTTP: " +
        "expected --host with another address",
    );
  }
  if (listen?.isLoopback === false && tls.value === undefined && proxies.value.length === 0) {
    return refuse(
      `Cannot listen on ${listen.hostname}:${listen.port} without encryption: ` +
        "expected --tls-cert and --tls-key, or --behind-proxy",
    );
  }
  const network: NetworkOptions = {
    ...(listen && { listen: { ...listen, ...(tls.value && { tls: tls.value }) } }),
    trustedProxies: proxies.value,
    allowedHosts: hosts.value,
  };
  const conflict = isHeaderTrusted ? findTrustConflict(network) : undefined;
  return conflict === undefined ? { ok: true, value: network } : refuse(conflict);
}
