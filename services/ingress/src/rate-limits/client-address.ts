import type { IncomingMessage } from 'node:http';
import { BlockList, isIP } from 'node:net';
import { plainAddress } from '#throttle/client-subject.ts';

/** Longer lists of proxies are somebody's attempt to be expensive. */
const FORWARDED_MAX = 20;

/** Says from which address a request comes, as far as it can be trusted. */
export type ClientAddress = (request: IncomingMessage) => string;

/**
 * The peer's address; where the peer is one of `trustedProxies` (addresses or CIDR ranges), the last address of
 * `X-Forwarded-For` that is none of them. Throws a `RangeError` for a range that is none.
 */
export function createClientAddress(trustedProxies: readonly string[]): ClientAddress {
  const trusted = new BlockList();
  for (const range of trustedProxies) addRange(trusted, range);
  const isTrusted = (address: string): boolean => trusted.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');

  return (request) => {
    const peer = plainAddress(request.socket.remoteAddress ?? '');
    if (isIP(peer) === 0 || !isTrusted(peer)) return peer;
    const forwarded = String(request.headers['x-forwarded-for'] ?? '')
      .split(',')
      .slice(-FORWARDED_MAX)
      .map((address) => plainAddress(address.trim()))
      .filter((address) => isIP(address) !== 0);
    return forwarded.findLast((address) => !isTrusted(address)) ?? peer;
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
