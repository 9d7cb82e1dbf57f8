/**
 * The second address that the server listens on, and the proxies and hosts that it trusts there.
 *
 * An address that other machines reach needs encryption, its own or a proxy's. The trusted header
 * works on loopback only: a sender elsewhere could claim any name.
 *
 * @module
 */

import {
  type AddressRange,
  isLoopbackAddress,
  tryParseAddressRange,
  tryParseIpAddress,
} from "../http/ip_address.ts";
import { flag, list, paths, type ValuesOf } from "./flags.ts";
import { type Parsed, refuse } from "./read_command.ts";

/** The files with what TLS needs, both in PEM. */
export interface TlsFiles {
  readonly certFile: string;
  readonly keyFile: string;
}

/** The second address to listen on. */
export interface ListenOptions {
  /** An IPv4 address, or an IPv6 address in brackets. */
  readonly hostname: string;
  /** The port; `0` takes a free one. */
  readonly port: number;
  /** Only this machine reaches the address. */
  readonly isLoopback: boolean;
  /** Absent for plain HTTP. */
  readonly tls?: TlsFiles;
}

/** The second address to listen on, and the proxies and hosts to trust. */
export interface NetworkOptions {
  readonly listen?: ListenOptions;
  /** The proxies whose `X-Forwarded-For` is believed. */
  readonly trustedProxies: readonly AddressRange[];
  /** Further lower-case names for the `Host` header, without port; IPv6 addresses in brackets. */
  readonly allowedHosts: readonly string[];
}

/** The other options that network options depend on. */
export interface NetworkContext {
  /** The port on 127.0.0.1. */
  readonly port: number;
  /** Some `X-Sender` headers are believed. */
  readonly isHeaderTrusted: boolean;
}

/** The address of the first listener. */
const DEFAULT_HOSTNAME = "127.0.0.1";

/** `address`, `address:port`, `[ipv6]` or `[ipv6]:port`. */
const HOST_REGEXP = /^(\[[^\]]*\]|[^[\]:]*)(?::(\d{1,5}))?$/;

/** An IPv6 address in brackets, or an IPv4 address without. */
const ADDRESS_REGEXP = /^(?:\[([0-9a-f.]*:[0-9a-f:.]*)\]|([0-9.]+))$/i;

const NAME_REGEXP = /^[a-z0-9_](?:[a-z0-9._-]{0,251}[a-z0-9_])?$/i;

/** Reads an address, and returns it as a `Host` header has it. */
function tryParseAddress(text: string): string | undefined {
  const [, ipv6, ipv4] = ADDRESS_REGEXP.exec(text) ?? [];
  const address = tryParseIpAddress(ipv6 ?? ipv4 ?? "");
  if (address === undefined) return undefined;
  return address.bits === 32 ? address.text : `[${address.text}]`;
}

/** Reads a name or an address, and returns it as a `Host` header has it, in lower case. */
function tryParseHost(text: string): string | undefined {
  if (text.startsWith("[")) return tryParseAddress(text);
  return NAME_REGEXP.test(text) ? text.toLowerCase() : undefined;
}

interface HostFlag {
  readonly hostname: string;
  /** `undefined` for the port of `--port`. */
  readonly port: number | undefined;
}

function tryParseHostFlag(text: string): HostFlag | undefined {
  const [, name = "", portText] = HOST_REGEXP.exec(text) ?? [];
  const hostname = name.toLowerCase() === "localhost" ? DEFAULT_HOSTNAME : tryParseAddress(name);
  const port = portText === undefined ? undefined : Number(portText);
  return hostname === undefined || (port ?? 0) > 65535 ? undefined : { hostname, port };
}

export const NETWORK_FLAGS = {
  host: flag("host", {
    value: "address[:port]",
    help: "also listen there, IPv6 in brackets",
    otherwise: `${DEFAULT_HOSTNAME} only; the port of --port`,
    parse: tryParseHostFlag,
    expected: 'an address such as "192.168.1.5", "192.168.1.5:8789" or "[::1]:8789"',
  }),
  certFile: flag("tls-cert", {
    value: "file",
    help: "the certificate chain for --host, in PEM",
    ...paths("the path of a PEM file"),
  }),
  keyFile: flag("tls-key", {
    value: "file",
    help: "the private key for --host, in PEM",
    ...paths("the path of a PEM file"),
  }),
  trustedProxies: list("behind-proxy", {
    value: "addresses",
    help: "addresses or CIDR ranges of proxies whose X-Forwarded-For is believed",
    otherwise: "none",
    parse: tryParseAddressRange,
    expected: 'addresses or ranges such as "127.0.0.1" or "10.0.0.0/8"',
  }),
  allowedHosts: list("allow-host", {
    value: "names",
    help: "further names that the Host header may have, without port",
    otherwise: "loopback only",
    parse: tryParseHost,
    expected: 'names such as "channel.example.com" without port',
  }),
};

type NetworkFlags = ValuesOf<typeof NETWORK_FLAGS>;

function toListenOptions(
  { hostname, port: ownPort }: HostFlag,
  port: number,
): Parsed<ListenOptions | undefined> {
  const isSamePort = ownPort === undefined || ownPort === port;
  if (hostname === DEFAULT_HOSTNAME && isSamePort) return { ok: true, value: undefined };
  if ((hostname === "0.0.0.0" || hostname === "[::]") && isSamePort && port !== 0) {
    const other = port < 65535 ? port + 1 : port - 1;
    return refuse(
      `Cannot listen on ${hostname}:${port}`,
      `the first listener has that port on ${DEFAULT_HOSTNAME}; ` +
        `give another port, such as --host ${hostname}:${other}`,
    );
  }
  const isLoopback = isLoopbackAddress(hostname);
  return { ok: true, value: { hostname, port: ownPort ?? port, isLoopback } };
}

function toTlsFiles({ certFile, keyFile }: NetworkFlags): Parsed<TlsFiles | undefined> {
  if (certFile === undefined && keyFile === undefined) return { ok: true, value: undefined };
  if (certFile !== undefined && keyFile !== undefined) {
    return { ok: true, value: { certFile, keyFile } };
  }
  const missing = certFile === undefined ? "tls-cert" : "tls-key";
  return refuse(`The flag --${missing} is missing`, "expected --tls-cert and --tls-key together");
}

/** Finds the flag that lets requests come from elsewhere, where any sender could claim any name. */
function findTrustConflict(
  { listen, trustedProxies, allowedHosts }: NetworkOptions,
): readonly [flag: string, place: string] | undefined {
  if (listen?.isLoopback === false) return [`--host ${listen.hostname}`, "at that address"];
  if (trustedProxies.length > 0) return ["--behind-proxy", "behind the proxy"];
  if (allowedHosts.length > 0) return ["--allow-host", "behind a tunnel with that name"];
  return undefined;
}

/** Reads what the command line says about the network. */
export function readNetworkOptions(
  flags: NetworkFlags,
  { port, isHeaderTrusted }: NetworkContext,
): Parsed<NetworkOptions> {
  const { host = { hostname: DEFAULT_HOSTNAME, port: undefined } } = flags;
  const { trustedProxies = [], allowedHosts = [] } = flags;
  const listening = toListenOptions(host, port);
  if (!listening.ok) return listening;
  const tls = toTlsFiles(flags);
  if (!tls.ok) return tls;
  const listen = listening.value;
  if (listen === undefined && tls.value !== undefined) {
    return refuse(
      `Cannot use --tls-cert and --tls-key for ${DEFAULT_HOSTNAME}, which speaks plain HTTP`,
      "expected --host with another address",
    );
  }
  if (listen?.isLoopback === false && tls.value === undefined && trustedProxies.length === 0) {
    return refuse(
      `Cannot listen on ${listen.hostname}:${listen.port} without encryption`,
      "expected --tls-cert and --tls-key, or --behind-proxy",
    );
  }
  const network: NetworkOptions = {
    ...(listen && { listen: { ...listen, ...(tls.value && { tls: tls.value }) } }),
    trustedProxies,
    allowedHosts,
  };
  const [conflict, place] = isHeaderTrusted ? findTrustConflict(network) ?? [] : [];
  if (conflict === undefined) return { ok: true, value: network };
  return refuse(
    `Cannot use --trust-header with ${conflict}`,
    `any sender ${place} could claim any name; expected one of them`,
  );
}
