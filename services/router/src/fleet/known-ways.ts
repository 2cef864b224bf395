import { type CoolDown, neverCooled } from '../domain/breaker/cool-down.ts';
import type { Circuit } from './circuit.ts';
import type { Deployment } from './deployment.ts';

/** Which way a call goes. */
export type Way = Pick<Deployment, 'provider' | 'account' | 'model'>;

export type BreakerScope = 'provider' | 'account' | 'deployment';

/** What is known of a model by one account. */
export interface KnownDeployment {
  readonly circuit: Circuit;
  coolDown: CoolDown;
  inFlight: number;
}

export interface KnownAccount {
  readonly circuit: Circuit;
  readonly deployments: Map<string, KnownDeployment>;
}

export interface KnownProvider {
  readonly circuit: Circuit;
  readonly accounts: Map<string, KnownAccount>;
  /** 0: it was not probed. */
  probedAtMs: number;
}

/** The ways that were taken, with what is known of them. */
export interface KnownWays {
  known(provider: string): KnownProvider | undefined;
  isKeptAway(way: Way, nowMs: number): boolean;
  /** From now on it is known. */
  provider(provider: string): KnownProvider;
  account(provider: string, account: string): KnownAccount;
  deployment(way: Way): KnownDeployment;
  forget(provider: string): void;
}

/**
 * Of one account. Names of models come from policy; where that has a pattern, they come from clients. What is known of a model
 * that nothing is wrong with is forgotten first.
 */
const DEPLOYMENTS_MAX = 1_000;

type CircuitOf = (scope: BreakerScope, at: Partial<Way> & Pick<Way, 'provider'>) => Circuit;

export function createKnownWays(circuitOf: CircuitOf): KnownWays {
  const providers = new Map<string, KnownProvider>();

  function providerOf(provider: string): KnownProvider {
    const known = providers.get(provider);
    if (known !== undefined) return known;
    const fresh = { circuit: circuitOf('provider', { provider }), accounts: new Map(), probedAtMs: 0 };
    providers.set(provider, fresh);
    return fresh;
  }

  function accountOf(provider: string, account: string): KnownAccount {
    const { accounts } = providerOf(provider);
    const known = accounts.get(account);
    if (known !== undefined) return known;
    const fresh = { circuit: circuitOf('account', { provider, account }), deployments: new Map() };
    accounts.set(account, fresh);
    return fresh;
  }

  return {
    known: (provider) => providers.get(provider),
    isKeptAway({ provider, account, model }, nowMs) {
      const known = providers.get(provider);
      if (known === undefined) return false;
      if (known.circuit.isKeptAway(nowMs)) return true;
      const knownAccount = known.accounts.get(account);
      if (knownAccount === undefined) return false;
      if (knownAccount.circuit.isKeptAway(nowMs)) return true;
      const deployment = knownAccount.deployments.get(model);
      return deployment !== undefined && (deployment.coolDown.untilMs > nowMs || deployment.circuit.isKeptAway(nowMs));
    },
    provider: providerOf,
    account: accountOf,
    deployment({ provider, account, model }) {
      const { deployments } = accountOf(provider, account);
      const known = deployments.get(model);
      if (known !== undefined) return known;
      if (deployments.size >= DEPLOYMENTS_MAX) makeRoom(deployments);
      const circuit = circuitOf('deployment', { provider, account, model });
      const fresh = { circuit, coolDown: neverCooled, inFlight: 0 };
      deployments.set(model, fresh);
      return fresh;
    },
    forget: (provider) => void providers.delete(provider),
  };
}

/** Forgets one that nothing is wrong with and that nothing runs through; the oldest, where there is none such. */
function makeRoom(deployments: Map<string, KnownDeployment>): void {
  for (const [model, { circuit, inFlight }] of deployments) {
    if (inFlight > 0 || circuit.breaker().status !== 'closed') continue;
    deployments.delete(model);
    return;
  }
  const [oldest] = deployments.keys();
  if (oldest !== undefined) deployments.delete(oldest);
}
