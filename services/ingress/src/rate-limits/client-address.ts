import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import { compileAddressRanges, plainAddress } from '#kernel/address-ranges.ts';

/** Longer lists of proxies are somebody's attempt to be expensive. */
const FORWARDED_MAX = 20;

/** Says from which address a request comes, as far as it can be trusted. */
export type ClientAddress = (request: IncomingMessage) => string;

/** Says whether a request comes from a proxy whose word is taken. */
export type FromProxy = (request: IncomingMessage) => boolean;

/**
 * The peer's address; where the peer is one of `trustedProxies` (addresses or CIDR ranges), the last address of
 * `X-Forwarded-For` that is none of them. Throws a `RangeError` for a range that is none.
 */
export function createClientAddress(trustedProxies: readonly string[]): ClientAddress {
  const isTrusted = compileAddressRanges(trustedProxies);
  return (request) => {
    const peer = plainAddress(request.socket.remoteAddress ?? '');
    if (!isTrusted(peer)) return peer;
    const forwarded = String(request.headers['x-forwarded-for'] ?? '')
      .split(',')
      .slice(-FORWARDED_MAX)
      .map((address) => plainAddress(address.trim()))
      .filter((address) => isIP(address) !== 0);
    return forwarded.findLast((address) => !isTrusted(address)) ?? peer;
  };
}

/** Whether the peer is one of `trustedProxies`. */
export function createFromProxy(trustedProxies: readonly string[]): FromProxy {
  const isTrusted = compileAddressRanges(trustedProxies);
  return (request) => isTrusted(request.socket.remoteAddress ?? '');
}
