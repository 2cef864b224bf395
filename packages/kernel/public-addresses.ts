import { isIPv4, isIPv6 } from 'node:net';
import { compileAddressRanges, plainAddress } from './address-ranges.ts';

/**
 * IPv4 addresses that the internet does not lead to. IANA's registry of special-purpose addresses (RFC 6890 and its successors),
 * those that it does not call globally reachable; multicast (RFC 5771); relays of 6to4 (RFC 7526), which lead elsewhere.
 */
const isSpecialIpv4 = compileAddressRanges([
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
]);

/** The only addresses of IPv6 that IANA gives out to the world (its registry of the address space). */
const isGlobalIpv6 = compileAddressRanges(['2000::/3']);

/**
 * Of those, the ones that are not: protocol assignments, Teredo and ORCHID among them (2001::/23), documentation, and 6to4, which
 * hides an IPv4 address of anybody's choice.
 */
const isSpecialIpv6 = compileAddressRanges(['2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20']);

/** The well-known prefix of NAT64 (RFC 6052): an IPv4 address follows, which is the one that is reached. */
const isTranslated = compileAddressRanges(['64:ff9b::/96']);
const isMapped = compileAddressRanges(['0.0.0.0/0']);

/**
 * Whether an address is one of the internet: no loopback, private network, link-local, shared (CGNAT), documentation, multicast or
 * reserved one. An IPv4 address within one of IPv6 (mapped, NAT64) counts as what it is. What is no address is not public.
 */
export function isPublicAddress(address: string): boolean {
  const plain = plainAddress(address);
  if (isIPv4(plain)) return !isSpecialIpv4(plain);
  if (!isIPv6(plain)) return false;
  if (isMapped(plain)) return !isSpecialIpv4(plain);
  if (isTranslated(plain)) return !isSpecialIpv4(lastBitsOf(plain));
  return isGlobalIpv6(plain) && !isSpecialIpv6(plain);
}

/** The IPv4 address in the last 32 bits. */
function lastBitsOf(address: string): string {
  // A URL writes every IPv6 address in one way: without leading zeros, and in hexadecimal digits alone.
  const { hostname } = new URL(`http://[${address}]`);
  const [low = '', high = ''] = hostname.slice(1, -1).split(':').reverse();
  const bits = [high, low].map((part) => Number.parseInt(part === '' ? '0' : part, 16));
  return bits.flatMap((part) => [part >> 8, part & 255]).join('.');
}
