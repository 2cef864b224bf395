import type { IncomingMessage } from 'node:http';
import { BlockList, isIP } from 'node:net';

/** Longer lists of proxies are somebody's attempt to be expensive. */
const FORWARDED_MAX = 20;

/** Says from which address a request comes, as far as it can be trusted. */
export type ClientAddress = (request: IncomingMessage) => string;

/**
 * The peer's address; where the peer is one of `trustedProxies` (addresses or CIDR ranges), the last address of
 * `X-Forwarded-For` that is none of them. IPv6 counts by /64, which is what one customer has. Throws a `RangeError` for a
 * range that is none.
 */
export function createClientAddress(trustedProxies: readonly string[]): ClientAddress {
  const trusted = new BlockList();
  for (const range of trustedProxies) addRange(trusted, range);
  const isTrusted = (address: string): boolean => trusted.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');

  return (request) => {
    const peer = plain(request.socket.remoteAddress ?? '');
    if (isIP(peer) === 0 || !isTrusted(peer)) return subjectOf(peer);
    const forwarded = String(request.headers['x-forwarded-for'] ?? '')
      .split(',')
      .slice(-FORWARDED_MAX)
      .map((address) => plain(address.trim()))
      .filter((address) => isIP(address) !== 0);
    return subjectOf(forwarded.findLast((address) => !isTrusted(address)) ?? peer);
  };
}

function addRange(list: BlockList, range: string): void {
  const [address = '', bits] = range.split('/');
  const version = isIP(address);
  const length = bits === undefined ? (version === 6 ? 128 : 32) : Number(bits);
  if (version === 0 || !Number.isInteger(length) || length < 0 || length > (version === 6 ? 128 : 32)) {
    throw new RangeError(`${range} is no address and no range of addresses`);
  }
  list.addSubnet(address, length, version === 6 ? 'ipv6' : 'ipv4');
}

/** An IPv4 address that came in IPv6's clothes. */
function plain(address: string): string {
  return address.startsWith('::ffff:') && address.includes('.') ? address.slice('::ffff:'.length) : address;
}

function subjectOf(address: string): string {
  return isIP(address) === 6 ? `${groupsOf(address).slice(0, 4).join(':')}::/64` : address;
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
