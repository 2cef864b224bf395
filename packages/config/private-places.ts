import { isIP } from 'node:net';
import { type AddressRanges, compileAddressRanges } from '#kernel/address-ranges.ts';
import type { GatewayConfig } from './gateway-config.ts';
import { providersFrom } from './providers.ts';
import type { Environment } from './variables.ts';

/** Where providers may be beside the internet. Whoever sets policy cannot widen it: it is a matter of the process. */
export interface PrivatePlaces {
  /** Everywhere. */
  readonly all: boolean;
  /** Names of hosts, wherever they lead. */
  readonly names: ReadonlySet<string>;
  readonly ranges: AddressRanges;
  /** `http://simulator:9999`: those of the providers that the configuration itself names. No other port of their hosts. */
  readonly origins: ReadonlySet<string>;
}

const ALL = '*';
/** A host name, one label or more (RFC 1123); a service of Compose may have an underscore. */
const HOST_NAME = /^(?=.{1,253}$)[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?)*$/i;
/** What looks like an address and is none is a slip, and no name. */
const NUMERIC = /^[0-9.]+$/;

/** Why a text names no place; undefined: it does. */
export function privatePlaceFault(text: string): string | undefined {
  if (text === ALL) return undefined;
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

/** Those of `privateProviders`, which have no fault, and the providers of the configuration and the environment themselves. */
export function privatePlacesFrom(
  { privateProviders, providers }: Pick<GatewayConfig, 'privateProviders' | 'providers'>,
  environment: Environment,
): PrivatePlaces {
  const isRange = (text: string): boolean => isIP(text.split('/')[0] ?? '') !== 0;
  const given = privateProviders.filter((text) => text !== ALL);
  return {
    all: privateProviders.includes(ALL),
    names: new Set(given.filter((text) => !isRange(text)).map((name) => name.toLowerCase())),
    ranges: compileAddressRanges(given.filter(isRange)),
    origins: new Set(providersFrom(providers, environment).map(({ baseUrl }) => new URL(baseUrl).origin)),
  };
}
