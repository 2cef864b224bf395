import { type LookupAddress, type LookupOptions, lookup } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { isMetadataHost } from '#kernel/metadata-hosts.ts';
import { isPublicAddress } from '#kernel/public-addresses.ts';
import type { PrivatePlaces } from './private-places.ts';

/**
 * Keeps connections out of the gateway's own network, where the address of a provider, or of a receiver of alerts, would have it send requests for somebody else
 * (SSRF): only addresses of the internet are connected to, and those that the wiring allows. Metadata services never are.
 */
export interface OutwardGuard {
  /** Why a host is not connected to, as far as its text tells; undefined: it may be. */
  faultOf(url: URL): string | undefined;
  /**
   * Looks names up for connections to a URL. It is asked at each connection, so a name that changes its address later (DNS
   * rebinding) is caught as well. Fails with EMETADATA or EPRIVATE.
   */
  lookupFor(url: URL): LookupFunction;
}

/** What to do about an address that is refused. */
const HOW_TO_ALLOW = 'allow it where the router runs, with GATEWAY_PRIVATE_PROVIDERS (privateProviders)';

/** As `dns.lookup`, for tests. */
export type LookUp = (
  name: string,
  options: LookupOptions,
  found: (error: NodeJS.ErrnoException | null, address: string | LookupAddress[], family?: number) => void,
) => void;

export function createOutwardGuard(places: PrivatePlaces, lookUp: LookUp = lookup): OutwardGuard {
  const isAllowed = (address: string): boolean => places.all || isPublicAddress(address) || places.ranges(address);
  const isNamed = (url: URL): boolean =>
    places.origins.has(url.origin) || places.names.has(hostOf(url).replace(/\.$/, ''));

  return {
    faultOf(url) {
      const host = hostOf(url);
      if (isMetadataHost(host)) return 'is a link-local address or a metadata service';
      if (isIP(host) === 0 || isNamed(url) || isAllowed(host)) return undefined;
      return `is a private address: ${HOW_TO_ALLOW}`;
    },
    lookupFor(url) {
      const isTrusted = isNamed(url);
      return (name, options, found) => {
        lookUp(name, options, (error, address, family) => {
          if (error !== null) return found(error, address, family);
          const addresses = Array.isArray(address) ? address.map((each) => each.address) : [address];
          const code = addresses.some(isMetadataHost)
            ? 'EMETADATA'
            : isTrusted || addresses.every(isAllowed)
              ? ''
              : 'EPRIVATE';
          if (code === '') return found(null, address, family);
          found(Object.assign(new Error(`${name} leads to an address that is not connected to`), { code }), '');
        });
      };
    },
  };
}

/** Without the brackets of IPv6. A URL has brought every spelling of an address (octal, hexadecimal, short) to one. */
function hostOf({ hostname }: URL): string {
  return hostname.replace(/^\[(.*)\]$/, '$1');
}
