import { isIP } from 'node:net';
import { type AddressRanges, compileAddressRanges } from '#kernel/address-ranges.ts';
import type { GatewayConfig } from './gateway-config.ts';
import { EVERYWHERE } from './private-place-fault.ts';
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

/** Those of `privateProviders`, which have no fault, and the providers of the configuration and the environment themselves. */
export function privatePlacesFrom(
  { privateProviders, providers }: Pick<GatewayConfig, 'privateProviders' | 'providers'>,
  environment: Environment,
): PrivatePlaces {
  const isRange = (text: string): boolean => isIP(text.split('/')[0] ?? '') !== 0;
  const given = privateProviders.filter((text) => text !== EVERYWHERE);
  return {
    all: privateProviders.includes(EVERYWHERE),
    names: new Set(given.filter((text) => !isRange(text)).map((name) => name.toLowerCase())),
    ranges: compileAddressRanges(given.filter(isRange)),
    origins: new Set(providersFrom(providers, environment).map(({ baseUrl }) => new URL(baseUrl).origin)),
  };
}
