/**
 * Where a request comes from when proxies stand in between.
 *
 * Everybody can send `X-Forwarded-For`, and a proxy adds to what it received. So the header counts
 * only when it comes from a trusted proxy, and is read from the right, which is what the trusted
 * proxies themselves have written.
 *
 * @module
 */

import { formatIpAddress, type IpAddress, tryParseIpAddress } from "./ip_address.ts";

/** An address, or all addresses that begin with the same bits. */
export interface AddressRange extends IpAddress {
  /** How many bits at the beginning count: all of them for a single address. */
  readonly prefixBits: number;
}

/** What {@linkcode findClientAddress} needs to know. */
export interface ClientAddressOptions {
  /** The address at the other end of the connection. */
  readonly remote: string;
  /** The value of `X-Forwarded-For`, `null` when there is none. */
  readonly forwardedFor: string | null;
  /** The proxies whose word counts. */
  readonly trustedProxies: readonly AddressRange[];
}

const RANGE_REGEXP = /^([0-9a-f.:]+)(?:\/(0|[1-9]\d{0,2}))?$/i;

/** `[ipv6]:port`, `[ipv6]`, `ipv4:port`, or an address alone, each with a zone or without. */
const ENDPOINT_REGEXP =
  /^(?:\[([0-9a-f.:]+)(?:%[^\s\]]+)?\](?::\d{1,5})?|([0-9.]+):\d{1,5}|([0-9a-f.:]+)(?:%[^\s\]]+)?)$/i;

function tryParseEndpoint(text: string): IpAddress | undefined {
  const [, inBrackets, withPort, alone] = ENDPOINT_REGEXP.exec(text) ?? [];
  return tryParseIpAddress(inBrackets ?? withPort ?? alone ?? "");
}

function isInRange(address: IpAddress, range: AddressRange): boolean {
  const shift = BigInt(range.bits - range.prefixBits);
  return address.bits === range.bits && address.value >> shift === range.value >> shift;
}

/**
 * Reads an address or a range of addresses: `10.0.0.1`, `10.0.0.0/8`, `fd00::/8`.
 *
 * An IPv6 range of addresses that stand for IPv4 addresses is read as the IPv4 range; no other IPv6
 * range contains an IPv4 address.
 *
 * @param text The range, without brackets, zone and port.
 * @returns The range, or `undefined` for a text that is none.
 */
export function tryParseAddressRange(text: string): AddressRange | undefined {
  const [, addressText = "", prefixText] = RANGE_REGEXP.exec(text) ?? [];
  const address = tryParseIpAddress(addressText);
  if (address === undefined) return undefined;
  const isMapped = address.bits === 32 && addressText.includes(":");
  const prefixBits = prefixText === undefined
    ? address.bits
    : Number(prefixText) - (isMapped ? 96 : 0);
  if (prefixBits < 0 || prefixBits > address.bits) return undefined;
  return { ...address, prefixBits };
}

const LOOPBACK_RANGES = ["127.0.0.0/8", "::1"].flatMap((text) => tryParseAddressRange(text) ?? []);

/**
 * Tells whether an address is of this machine itself: `127.0.0.0/8`, `::1`, and the former as IPv6.
 *
 * @param text The address, with brackets, zone and port or without; a name is no address.
 */
export function isLoopbackAddress(text: string): boolean {
  return isAddressIn(text, LOOPBACK_RANGES);
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
 * Left of an entry that is no address nothing counts, as nobody knows who wrote it: then it is the
 * address of the last trusted proxy, as it is when there are no others.
 *
 * @returns The address as {@linkcode formatIpAddress} spells it, so that one client has one key; a
 * remote address that is none, such as the path of a socket, as it is.
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
    if (next === undefined) return formatIpAddress(address);
    hop = next;
  }
}
