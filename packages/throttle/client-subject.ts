import { isIP } from 'node:net';
import { plainAddress } from '#kernel/address-ranges.ts';

/** The name under which a client with this address is counted. IPv6 counts by /64, which is what one customer has. */
export function clientSubject(address: string): string {
  const plain = plainAddress(address);
  return isIP(plain) === 6 ? `${groupsOf(plain).slice(0, 4).join(':')}::/64` : plain;
}

function groupsOf(address: string): string[] {
  const [head = '', tail] = address.split('::');
  const first = head === '' ? [] : head.split(':');
  const last = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? 0 : 8 - first.length - last.length;
  return [...first, ...Array<string>(Math.max(0, zeros)).fill('0'), ...last].map((group) =>
    Number.parseInt(group, 16).toString(16),
  );
}
