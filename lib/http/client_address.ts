/**
 * The address that a request comes from when proxies stand in between.
 *
 * Any client can send `X-Forwarded-For`, and a proxy adds to what it received. So the header counts
 * only when it comes from a trusted proxy, and is read from the right, which the trusted proxies
 * themselves have written.
 *
 * Loads a library of 2 MiB: import it only where addresses of other machines are judged.
 *
 * @module
 */

import ipaddr from "ipaddr.js";
import { type AddressRange, type IpAddress, tryParseIpAddress } from "./ip_address.ts";

interface ClientAddressOptions {
  /** The address at the other end of the connection. */
  readonly remote: string;
  /** The value of `X-Forwarded-For`, `null` when there is none. */
  readonly forwardedFor: string | null;
  /** The proxies whose header is believed. */
  readonly trustedProxies: readonly AddressRange[];
}

/** `[ipv6]:port`, `[ipv6]`, `ipv4:port`, or an address alone, each with a zone or without. */
const ENDPOINT_REGEXP =
  /^(?:\[([0-9a-f.:]+)(?:%[^\s\]]+)?\](?::\d{1,5})?|([0-9.]+):\d{1,5}|([0-9a-f.:]+)(?:%[^\s\]]+)?)$/i;

/** The first bits of an IPv6 address are the network; the rest one host can choose as it likes. */
const NETWORK_BITS = 64;

/** Reads an address by itself: the library would take `::10.0.0.1` for the IPv4 address. */
function tryParseEndpoint(text: string): IpAddress | undefined {
  const [, inBrackets, withPort, alone] = ENDPOINT_REGEXP.exec(text) ?? [];
  return tryParseIpAddress(inBrackets ?? withPort ?? alone ?? "");
}

function isInRange({ bits, text }: IpAddress, { address, prefixBits }: AddressRange): boolean {
  return bits === address.bits &&
    ipaddr.parse(text).match(ipaddr.parse(address.text), prefixBits);
}

/** Tells whether an address, with brackets, zone and port or without, is in one of some ranges. */
export function isAddressIn(text: string, ranges: readonly AddressRange[]): boolean {
  const address = tryParseEndpoint(text);
  return address !== undefined && ranges.some((range) => isInRange(address, range));
}

/**
 * Finds the address that a request comes from: the other end of the connection, or, when that is a
 * trusted proxy, the right-most address of `X-Forwarded-For` that is no trusted proxy.
 *
 * An entry that is no address ends the search, because any client may have written what stands left
 * of it: the last trusted proxy is then the client, as it is when there are no other entries.
 *
 * @returns The address in one spelling, which makes one key of one client; a remote address that is
 * none, such as the path of a socket, as it is.
 */
export function findClientAddress(options: ClientAddressOptions): string {
  const { remote, forwardedFor, trustedProxies } = options;
  let hop = tryParseEndpoint(remote);
  if (hop === undefined) return remote;
  const entries = forwardedFor?.split(",") ?? [];
  while (true) {
    const address: IpAddress = hop;
    const isTrusted = trustedProxies.some((range) => isInRange(address, range));
    const next = isTrusted ? tryParseEndpoint(entries.pop()?.trim() ?? "") : undefined;
    if (next === undefined) return address.text;
    hop = next;
  }
}

/**
 * The key by which limits count an address: an IPv6 address by its network, such as `2001:db8::/64`,
 * since one host has all addresses of it; any other by itself.
 *
 * @param address The address without brackets, zone and port; any other text counts by itself.
 */
export function networkOf(address: string): string {
  const parsed = tryParseIpAddress(address);
  if (parsed?.bits !== 128) return parsed?.text ?? address;
  const network = ipaddr.IPv6.networkAddressFromCIDR(`${parsed.text}/${NETWORK_BITS}`);
  return `${network.toRFC5952String()}/${NETWORK_BITS}`;
}
