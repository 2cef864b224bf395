import { isIP } from 'node:net';
import { compileAddressRanges } from '#kernel/address-ranges.ts';

/** The place that is any place. */
export const EVERYWHERE = '*';
/** A host name, one label or more (RFC 1123); a service of Compose may have an underscore. */
const HOST_NAME = /^(?=.{1,253}$)[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?)*$/i;
/** What looks like an address and is none is a slip, and no name. */
const NUMERIC = /^[0-9.]+$/;

/** Why a text names no place; undefined: it does. */
export function privatePlaceFault(text: string): string | undefined {
  if (text === EVERYWHERE) return undefined;
  if (isIP(text) !== 0 || text.includes('/') || text.includes(':') || NUMERIC.test(text)) {
    try {
      compileAddressRanges([text]);
      return undefined;
    } catch {
      return `${text} is no address and no range of addresses, such as 10.0.0.0/8 or fd00::/8`;
    }
  }
  return HOST_NAME.test(text) ? undefined : `${text} is no host name: leave out scheme, port and path`;
}
