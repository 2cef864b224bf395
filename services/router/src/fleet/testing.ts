import type { RoutingPlan } from '#contracts/routing.ts';
import { plainPlan } from '#contracts/routing.ts';
import type { ProviderConfig } from '../config.ts';
import { fractionOf, mixed } from '../domain/strategy/hash.ts';
import type { Provider } from '../ports.ts';
import { type Chooser, createChooser } from './choose.ts';
import type { Deployment } from './deployment.ts';
import { createSignals, type OpenDeployment, type Signals } from './signals.ts';

/** Numbers from 0 to below 1 that are the same in every run. */
export function sameRandoms(seed = 1): () => number {
  let state = seed;
  return () => {
    state = (state + 0x9e3779b9) | 0;
    return fractionOf(mixed(state));
  };
}

export interface DeploymentLike extends Partial<Omit<Deployment, 'open' | 'candidate'>> {
  readonly costNanoUsd?: string | undefined;
  readonly requestsPerMinute?: number | undefined;
  readonly tokensPerMinute?: number | undefined;
}

/** A deployment that can be called, or rather: chosen. */
export function deploymentOf(like: DeploymentLike): Deployment & OpenDeployment {
  const { provider = 'p', account = '', model = 'm', stage = 0, tier = 0, weight = 1, costNanoUsd } = like;
  const { requestsPerMinute, tokensPerMinute } = like;
  const candidate = { provider, model, priceKey: 'c/m', priceVersion: 1, likelyCostNanoUsd: costNanoUsd };
  const config = { name: provider, requestsPerMinute, tokensPerMinute } as ProviderConfig;
  const nothing = () => {
    throw new Error('nothing is called here');
  };
  const open: Provider = { config, tellsSecret: nothing, call: nothing, retire: nothing, close: nothing };
  return { provider, account, model, candidate, stage, tier, weight, open };
}

/** The same that can not be called. */
export function closedDeploymentOf(like: DeploymentLike): Deployment {
  return { ...deploymentOf(like), open: null };
}

export function planOf(plan: Partial<RoutingPlan>): RoutingPlan {
  return { ...plainPlan, ...plan };
}

/** A chooser with signals and a clock of its own. */
export interface ChoosingWorld {
  readonly signals: Signals;
  readonly chooser: Chooser;
  readonly keptAway: Map<Deployment, string>;
  nowMs: number;
}

export function choosingWorld(seed = 1): ChoosingWorld {
  const keptAway = new Map<Deployment, string>();
  const clock = () => world.nowMs;
  const signals = createSignals({ clock });
  const chooser = createChooser({
    signals,
    clock,
    keptAway: (deployment) => keptAway.get(deployment) ?? '',
    random: sameRandoms(seed),
  });
  const world: ChoosingWorld = { signals, chooser, keptAway, nowMs: 1_750_000_000_000 };
  return world;
}
