import { BlockList, isIP } from 'node:net';

/** Says whether an address is in at least one of some ranges. What is no address is in none. */
export type AddressRanges = (address: string) => boolean;

const BITS = { 4: 32, 6: 128 } as const;
/** An IPv4 address in IPv6's form, `::ffff:1.2.3.4`, has so many bits before it. */
const MAPPED_BITS = 96;

/**
 * Compiles addresses and CIDR ranges of IPv4 and IPv6. An IPv4 address in IPv6's form is the IPv4 address, in a range as well.
 * Throws a `RangeError` for a range that is none.
 */
export function compileAddressRanges(ranges: readonly string[]): AddressRanges {
  const list = new BlockList();
  for (const range of ranges) addRange(list, range);
  return (given) => {
    const address = plainAddress(given);
    const version = isIP(address);
    return version !== 0 && list.check(address, version === 6 ? 'ipv6' : 'ipv4');
  };
}

/** The address itself, where an IPv4 address came in IPv6's clothes (`::ffff:1.2.3.4`); without its zone (`fe80::1%eth0`). */
export function plainAddress(address: string): string {
  const zoneAt = address.indexOf('%');
  const bare = zoneAt === -1 ? address : address.slice(0, zoneAt);
  return bare.startsWith('::ffff:') && bare.includes('.') ? bare.slice('::ffff:'.length) : bare;
}

function addRange(list: BlockList, range: string): void {
  const [given = '', bits, ...rest] = range.split('/');
  const isMapped = isIP(given) === 6 && plainAddress(given) !== given && !given.includes('%');
  const address = isMapped ? plainAddress(given) : given;
  const version = isIP(address);
  if (version === 4 || version === 6) {
    const length = bits === undefined ? BITS[version] : wholeNumber(bits) - (isMapped ? MAPPED_BITS : 0);
    if (rest.length === 0 && length >= 0 && length <= BITS[version]) {
      list.addSubnet(address, length, version === 6 ? 'ipv6' : 'ipv4');
      return;
    }
  }
  throw new RangeError(`${range} is no address and no range of addresses`);
}

function wholeNumber(text: string): number {
  return /^\d{1,3}$/.test(text) ? Number(text) : Number.NaN;
}
