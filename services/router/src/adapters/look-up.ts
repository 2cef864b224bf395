import { type LookupAddress, type LookupOptions, lookup } from 'node:dns';
import { isMetadataHost } from '#kernel/metadata-hosts.ts';

type Found = (error: NodeJS.ErrnoException | null, address: string | LookupAddress[], family?: number) => void;

/**
 * Looks a name up, as connections do, and finds no link-local address: a name can be made to lead to any. It is asked at each
 * connection, so a name that changes its address later is caught as well.
 */
export function lookUp(name: string, options: LookupOptions, found: Found): void {
  lookup(name, options, (error, address, family) => {
    if (error !== null) return found(error, address, family);
    const addresses = Array.isArray(address) ? address.map((each) => each.address) : [address];
    if (!addresses.some(isMetadataHost)) return found(null, address, family);
    const message = `${name} leads to a link-local address or a metadata service`;
    found(Object.assign(new Error(message), { code: 'EMETADATA' }), '');
  });
}
