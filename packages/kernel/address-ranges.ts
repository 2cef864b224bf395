import { BlockList, isIP } from 'node:net';

/** Says whether an address is in at least one of some ranges. What is no address is in none. */
export type AddressRanges = (address: string) => boolean;

const BITS = { 4: 32, 6: 128 } as const;
/** An IPv4 address in IPv6's form, `::ffff:1.2.3.4`, has so many bits before it. */
const MAPPED_BITS = 96;
const mapped = new BlockList();
mapped.addSubnet('::ffff:0:0', MAPPED_BITS, 'ipv6');

/** A list of one family each: Node has `::/0` match IPv4 as well. */
interface Lists {
  readonly ipv4: BlockList;
  readonly ipv6: BlockList;
}

/**
 * Compiles addresses and CIDR ranges of IPv4 and IPv6. An IPv4 address in IPv6's form is the IPv4 address, in a range as well;
 * no range is of both. Throws a `RangeError` for a range that is none.
 */
export function compileAddressRanges(ranges: readonly string[]): AddressRanges {
  const lists: Lists = { ipv4: new BlockList(), ipv6: new BlockList() };
  for (const range of ranges) addRange(lists, range);
  return (given) => {
    const address = plainAddress(given);
    const version = isIP(address);
    if (version === 0) return false;
    if (version === 4) return lists.ipv4.check(address, 'ipv4');
    return lists[isMapped(address) ? 'ipv4' : 'ipv6'].check(address, 'ipv6');
  };
}

/** The address itself, where an IPv4 address came in IPv6's clothes (`::ffff:1.2.3.4`); without its zone (`fe80::1%eth0`). */
export function plainAddress(address: string): string {
  const zoneAt = address.indexOf('%');
  const bare = zoneAt === -1 ? address : address.slice(0, zoneAt);
  return bare.startsWith('::ffff:') && bare.includes('.') ? bare.slice('::ffff:'.length) : bare;
}

function addRange(lists: Lists, range: string): void {
  const [address = '', bits, ...rest] = range.split('/');
  const version = isIP(address);
  // A zone, "fe80::1%eth0", means nothing to another machine.
  if ((version === 4 || version === 6) && !address.includes('%') && rest.length === 0) {
    const length = bits === undefined ? BITS[version] : wholeNumber(bits);
    const isOfIpv4 = version === 4 || isMapped(address);
    const lengthMin = version === 6 && isOfIpv4 ? MAPPED_BITS : 0;
    if (length >= lengthMin && length <= BITS[version]) {
      lists[isOfIpv4 ? 'ipv4' : 'ipv6'].addSubnet(address, length, version === 6 ? 'ipv6' : 'ipv4');
      return;
    }
  }
  throw new RangeError(`${range} is no address and no range of addresses`);
}

function isMapped(address: string): boolean {
  return mapped.check(address, 'ipv6');
}

function wholeNumber(text: string): number {
  return /^\d{1,3}$/.test(text) ? Number(text) : Number.NaN;
}
