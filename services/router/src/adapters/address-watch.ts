import type { LookupAddress } from 'node:dns';
import { isIP, type LookupFunction, type Socket } from 'node:net';
import { plainAddress } from '#kernel/address-ranges.ts';

/** How often a name in use is looked up: a look takes a millisecond, and more where the DNS is far. */
export const LOOK_INTERVAL_MS = 15_000;
/**
 * An address that so many milliseconds of answers did not name is gone. A load balancer with many addresses names a few of them at
 * a time, so that one look alone says little. Together with the interval: a move is followed within a minute.
 */
export const GONE_AFTER_MS = 45_000;

/** Notices that a name no longer leads to the addresses that connections were made to. */
export interface AddressWatch {
  /** Connections were made: these addresses are in use until the sockets close. */
  connected(socket: Socket): void;
  /** Looks again when it is time to, in the background. To be called with each request; costs a comparison. */
  tick(): void;
  /** Another pool of connections begins. */
  begin(): void;
}

/** `onGone` is called when a connection of the present pool leads to an address that is gone. A look that fails changes nothing. */
export function createAddressWatch(options: {
  /** What is connected to: the provider's host, or its proxy's. */
  readonly url: URL;
  readonly lookup: LookupFunction;
  readonly now: () => number;
  readonly onGone: () => void;
}): AddressWatch {
  const { url, lookup, now, onGone } = options;
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  const isName = isIP(host) === 0;
  /** Addresses, and when an answer last named them. */
  const namedAtMs = new Map<string, number>();
  let inUse = new Map<string, number>();
  let nextLookAtMs = now() + LOOK_INTERVAL_MS;

  function settle(addresses: readonly string[]): void {
    const atMs = now();
    for (const address of addresses) namedAtMs.set(plainAddress(address), atMs);
    for (const [address, namedAt] of namedAtMs) {
      if (atMs - namedAt > GONE_AFTER_MS && !inUse.has(address)) namedAtMs.delete(address);
    }
    const isGone = (address: string): boolean => atMs - (namedAtMs.get(address) ?? 0) > GONE_AFTER_MS;
    if ([...inUse.keys()].some(isGone)) onGone();
  }

  return {
    connected(socket) {
      const address = plainAddress(socket.remoteAddress ?? '');
      if (!isName || address === '') return;
      const counts = inUse;
      counts.set(address, (counts.get(address) ?? 0) + 1);
      namedAtMs.set(address, now());
      socket.once('close', () => {
        const left = (counts.get(address) ?? 1) - 1;
        if (left > 0) counts.set(address, left);
        else counts.delete(address);
      });
    },
    tick() {
      if (!isName || now() < nextLookAtMs) return;
      nextLookAtMs = now() + LOOK_INTERVAL_MS;
      lookup(host, { all: true }, (error, found: string | LookupAddress[]) => {
        if (error === null) settle(typeof found === 'string' ? [found] : found.map((each) => each.address));
      });
    },
    begin() {
      inUse = new Map();
    },
  };
}
