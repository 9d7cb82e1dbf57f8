/**
 * IP addresses as numbers, so that those that are the same compare as the same.
 *
 * Only the usual spellings are read: `127.1` and `0177.0.0.1` are no addresses here, since programs
 * do not agree on what they mean.
 *
 * @module
 */

/** An IP address. */
export interface IpAddress {
  /** 32 bits for IPv4, 128 bits for IPv6. */
  readonly bits: 32 | 128;
  /** The address as a number. */
  readonly value: bigint;
}

const OCTET = "(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)";
const IPV4_REGEXP = new RegExp(`^${OCTET}(?:\\.${OCTET}){3}$`);
const GROUP_REGEXP = /^[0-9a-f]{1,4}$/i;

/** What stands before the IPv4 address in `::ffff:0:0/96`. */
const MAPPED_PREFIX = 0xffffn;

/** The longest IPv6 address, `ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255`. */
const MAX_LENGTH = 45;

function readIpv4(text: string): bigint | undefined {
  if (!IPV4_REGEXP.test(text)) return undefined;
  return text.split(".").reduce((value, octet) => value << 8n | BigInt(octet), 0n);
}

/** The groups of one side of `::`; an IPv4 address at the end of the address counts for two. */
function readGroups(text: string, isEnd: boolean): bigint[] | undefined {
  if (text === "") return [];
  const groups: bigint[] = [];
  const parts = text.split(":");
  for (const [index, part] of parts.entries()) {
    const ipv4 = isEnd && index === parts.length - 1 ? readIpv4(part) : undefined;
    if (ipv4 !== undefined) groups.push(ipv4 >> 16n, ipv4 & 0xffffn);
    else if (GROUP_REGEXP.test(part)) groups.push(BigInt(`0x${part}`));
    else return undefined;
  }
  return groups;
}

function readIpv6(text: string): bigint | undefined {
  const [head = "", tail, ...rest] = text.split("::");
  const left = readGroups(head, tail === undefined);
  const right = readGroups(tail ?? "", true);
  if (left === undefined || right === undefined || rest.length > 0) return undefined;
  const missing = 8 - left.length - right.length;
  if (tail === undefined ? missing !== 0 : missing < 1) return undefined;
  const groups = [...left, ...Array<bigint>(missing).fill(0n), ...right];
  return groups.reduce((value, group) => value << 16n | group, 0n);
}

/**
 * Reads an IPv4 or IPv6 address. An IPv6 address that stands for an IPv4 address, such as
 * `::ffff:127.0.0.1`, is read as that IPv4 address.
 *
 * @param text The address without brackets, zone and port.
 * @returns The address, or `undefined` for a text that is none.
 */
export function tryParseIpAddress(text: string): IpAddress | undefined {
  if (text.length > MAX_LENGTH) return undefined;
  const ipv4 = readIpv4(text);
  if (ipv4 !== undefined) return { bits: 32, value: ipv4 };
  const value = readIpv6(text);
  if (value === undefined) return undefined;
  if (value >> 32n === MAPPED_PREFIX) return { bits: 32, value: value & 0xffffffffn };
  return { bits: 128, value };
}

/** Spells an address: IPv4 as `127.0.0.1`, IPv6 in lower case and as short as RFC 5952 has it. */
export function formatIpAddress({ bits, value }: IpAddress): string {
  const size = bits === 32 ? 8 : 16;
  const radix = bits === 32 ? 10 : 16;
  const parts = Array.from(
    { length: bits / size },
    (_, index) => BigInt.asUintN(size, value >> BigInt(bits - size * (index + 1))).toString(radix),
  );
  if (bits === 32) return parts.join(".");
  const zeros = parts.join(":").match(/\b0(?::0)+\b/g) ?? [];
  const longest = zeros.reduce((a, b) => b.length > a.length ? b : a, "");
  if (longest === "") return parts.join(":");
  return parts.join(":").replace(new RegExp(`(?:^|:)\\b${longest}\\b(?::|$)`), "::");
}

/** How much of an IPv6 address is the network; the rest one host can choose as it likes. */
const NETWORK_BITS = 64n;

/**
 * What limits count an address by: an IPv6 address by its network, such as `2001:db8::/64`, since one
 * host has all addresses of it; any other by itself.
 *
 * @param address The address without brackets, zone and port; what is none counts by itself.
 */
export function networkOf(address: string): string {
  const parsed = tryParseIpAddress(address);
  if (parsed === undefined) return address;
  if (parsed.bits === 32) return formatIpAddress(parsed);
  const value = parsed.value >> NETWORK_BITS << NETWORK_BITS;
  return `${formatIpAddress({ bits: 128, value })}/${NETWORK_BITS}`;
}
