/**
 * IP addresses and ranges as people write them, in one spelling each.
 *
 * Only the usual spellings are read: programs do not agree on what `127.1` and `0177.0.0.1` mean. An
 * IPv6 address that stands for an IPv4 address, such as `::ffff:127.0.0.1`, is read as that one.
 *
 * @module
 */

export interface IpAddress {
  /** 32 bits for IPv4, 128 bits for IPv6. */
  readonly bits: 32 | 128;
  /** IPv4 as `127.0.0.1`; IPv6 in lower case, as short as RFC 5952 has it, without brackets. */
  readonly text: string;
}

/** All addresses that begin with the same bits. */
export interface AddressRange {
  readonly address: IpAddress;
  /** The number of bits at the beginning that count: all of them for a single address. */
  readonly prefixBits: number;
}

const OCTET = "(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)";
const IPV4_REGEXP = new RegExp(`^${OCTET}(?:\\.${OCTET}){3}$`);
const IPV6_REGEXP = /^[0-9a-f.]*:[0-9a-f:.]+$/i;

/** An IPv4 address in `::ffff:0:0/96`, as URLs spell it. */
const MAPPED_REGEXP = /^::ffff:([0-9a-f]+):([0-9a-f]+)$/;

const RANGE_REGEXP = /^([0-9a-f.:]+)(?:\/(0|[1-9]\d{0,2}))?$/i;

/**
 * Reads an IPv4 or IPv6 address.
 *
 * @param text The address without brackets, zone and port.
 */
export function tryParseIpAddress(text: string): IpAddress | undefined {
  if (IPV4_REGEXP.test(text)) return { bits: 32, text };
  const url = IPV6_REGEXP.test(text) ? URL.parse(`http://[${text}]/`) : null;
  if (url === null) return undefined;
  const ipv6 = url.hostname.slice(1, -1);
  const [, high, low] = MAPPED_REGEXP.exec(ipv6) ?? [];
  if (high === undefined || low === undefined) return { bits: 128, text: ipv6 };
  const groups = [parseInt(high, 16), parseInt(low, 16)];
  return { bits: 32, text: groups.map((group) => `${group >> 8}.${group & 255}`).join(".") };
}

/**
 * Reads an address or a range of addresses: `10.0.0.1`, `10.0.0.0/8`, `fd00::/8`.
 *
 * An IPv6 range of addresses that stand for IPv4 addresses is read as the IPv4 range; no other IPv6
 * range contains an IPv4 address.
 *
 * @param text The range, without brackets, zone and port.
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
  return { address, prefixBits };
}

/** Tells whether an address, in brackets or without, is one of this machine: `127.0.0.0/8` or `::1`. */
export function isLoopbackAddress(text: string): boolean {
  const address = tryParseIpAddress(text.replace(/^\[(.*)\]$/, "$1"));
  return address?.bits === 32 ? address.text.startsWith("127.") : address?.text === "::1";
}
