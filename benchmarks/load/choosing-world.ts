import type { PricedCandidate } from '#contracts/quota.ts';
import { plainPlan, type Strategy, strategies } from '#contracts/routing.ts';
import { systemClock } from '#kernel/clock.ts';
import type { ProviderConfig } from '../../services/router/src/config.ts';
import type { CallWatch } from '../../services/router/src/fleet/call-outcome.ts';
import type { Deployment } from '../../services/router/src/fleet/deployment.ts';
import { createFleet, type Fleet } from '../../services/router/src/fleet/fleet.ts';
import type { Provider } from '../../services/router/src/ports.ts';
import type { PooledProvider } from '../../services/router/src/provider-pool.ts';

export const CANDIDATES = 50;
const PROVIDERS = 10;
/** Requests are told apart, and so are their candidates: as they are when each is read from the bus. */
const REQUESTS = 64;

/** A router's fleet of fifty deployments, with calls in flight, times and rate limits seen. */
export interface ChoosingWorld {
  /** Chooses for one request after another. */
  choose(strategy: Strategy, index: number): void;
}

export function createChoosingWorld(): ChoosingWorld {
  const pool = new Map(Array.from({ length: PROVIDERS }, (_, index) => openProvider(`provider-${index}`)));
  const fleet = createFleet({
    pool: () => ({ get: (provider) => pool.get(provider), all: () => pool }),
    clock: systemClock,
    logger: { warn: () => undefined },
  });
  for (const [provider, pooled] of pool) fleet.changed(provider, pooled);
  const requests = Array.from({ length: REQUESTS }, candidatesOf);
  teach(fleet, requests[0] ?? []);
  const plans = Object.fromEntries(strategies.map((strategy) => [strategy, { ...plainPlan, strategy }]));
  return {
    choose(strategy, index) {
      const plan = { ...(plans[strategy] ?? plainPlan), stickyKey: `conversation-${index}` };
      fleet.choose(requests[index % REQUESTS] ?? [], plan, `request-${index}`);
    },
  };
}

function candidatesOf(): readonly PricedCandidate[] {
  const written = Array.from({ length: CANDIDATES }, (_, index) => ({
    provider: `provider-${index % PROVIDERS}`,
    model: `vendor/some-model-${Math.floor(index / PROVIDERS)}-instruct`,
    priceKey: `catalogue/some-model-${index}`,
    priceVersion: 1,
    weight: 1 + (index % 5),
    likelyCostNanoUsd: String(1_000_000 + ((index * 7_919) % CANDIDATES) * 1_000),
  }));
  return JSON.parse(JSON.stringify(written)) as readonly PricedCandidate[];
}

/** Each deployment has answered a call, told its rate limits, and has some more in flight. */
function teach(fleet: Fleet, candidates: readonly PricedCandidate[]): void {
  for (const [index, { deployment }] of fleet.explain(candidates, plainPlan, '').entries()) {
    const watch = enter(fleet, deployment);
    watch.head(200, {
      'x-ratelimit-limit-requests': '10000',
      'x-ratelimit-remaining-requests': String(9_999 - index * 100),
      'x-ratelimit-reset-requests': '59m0s',
      'x-ratelimit-limit-tokens': '1000000',
      'x-ratelimit-remaining-tokens': String(999_999 - index * 1_000),
      'x-ratelimit-reset-tokens': '59m0s',
    });
    watch.firstToken();
    watch.end({ kind: 'succeeded', outputTokens: 100 });
    for (let call = 0; call < index % 4; call += 1) enter(fleet, deployment);
  }
}

function enter(fleet: Fleet, deployment: Deployment): CallWatch {
  const entrant = { userId: 'u', priority: 'normal', signal: new AbortController().signal } as const;
  const watch = fleet.enter(deployment, entrant);
  if (watch instanceof Promise) throw new Error('there are places for all calls here');
  return watch;
}

function openProvider(name: string): [string, PooledProvider] {
  const nothing = (): never => {
    throw new Error('nothing is called here');
  };
  const config = { name } as ProviderConfig;
  const provider: Provider = { config, tellsSecret: nothing, call: nothing, retire: nothing, close: nothing };
  const limits = { callsMax: 512, waitingMax: 512, accounts: new Map([['', { callsMax: 512 }]]) };
  const account = { id: '', weight: 1, provider, hasOwnAddress: false };
  return [name, { kind: 'open', provider, accounts: [account], faults: [], places: { limits, waitMaxMs: 1_000 } }];
}
