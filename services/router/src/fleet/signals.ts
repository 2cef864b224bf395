import type { Clock } from '#kernel/clock.ts';
import { hashOf } from '../domain/strategy/hash.ts';
import type { Provider } from '../ports.ts';
import { AccountUsage } from './account-usage.ts';
import type { CallOutcome, CallWatch } from './call-outcome.ts';
import { type Deployment, deploymentKey } from './deployment.ts';
import { DeploymentSignals } from './deployment-signals.ts';

/** More than any account has models that are asked for within minutes. Beyond it the least recently called is forgotten. */
const MODELS_MAX = 1_000;

/** A deployment that can be called. */
export type OpenDeployment = Pick<Deployment, 'provider' | 'account' | 'model'> & { readonly open: Provider };

/**
 * What was seen of every deployment. It is kept with the account's connections: a provider that is changed gets new ones, and
 * begins anew.
 */
export interface Signals {
  of(deployment: OpenDeployment): DeploymentSignals;
  /** What is left of the provider's and the account's own rate limits, in parts of ten thousand; undefined: no limit is known. */
  headroomOf(deployment: OpenDeployment): number | undefined;
  /** A call begins. */
  begin(deployment: OpenDeployment): Omit<CallWatch, 'provider'>;
}

export function isOpen(deployment: Deployment): deployment is Deployment & OpenDeployment {
  return deployment.open !== null;
}

interface Account {
  readonly usage: AccountUsage;
  readonly models: Map<string, DeploymentSignals>;
}

export function createSignals({ clock, modelsMax = MODELS_MAX }: { clock: Clock; modelsMax?: number }): Signals {
  const accounts = new WeakMap<Provider, Account>();

  function accountOf(open: Provider): Account {
    let account = accounts.get(open);
    if (account === undefined) {
      account = { usage: new AccountUsage(open.config), models: new Map() };
      accounts.set(open, account);
    }
    return account;
  }

  function of(deployment: OpenDeployment): DeploymentSignals {
    const { models } = accountOf(deployment.open);
    return models.get(deployment.model) ?? enter(models, deployment);
  }

  function enter(models: Map<string, DeploymentSignals>, deployment: OpenDeployment): DeploymentSignals {
    const signals = new DeploymentSignals(hashOf(deploymentKey(deployment)));
    models.set(deployment.model, signals);
    for (const [model, { inFlight }] of models) {
      if (models.size <= modelsMax) break;
      if (inFlight === 0 && model !== deployment.model) models.delete(model);
    }
    return signals;
  }

  return {
    of,
    headroomOf(deployment) {
      const nowMs = clock();
      const { usage } = accountOf(deployment.open);
      const told = of(deployment).headroom.basisPoints(nowMs);
      const own = usage.headroomBasisPoints(nowMs);
      return own === undefined ? told : Math.min(told ?? own, own);
    },
    begin(deployment) {
      const { usage, models } = accountOf(deployment.open);
      const signals = of(deployment);
      models.delete(deployment.model);
      models.set(deployment.model, signals);
      return watch(signals, usage, clock);
    },
  };
}

function watch(signals: DeploymentSignals, usage: AccountUsage, clock: Clock): Omit<CallWatch, 'provider'> {
  const beganAtMs = clock();
  let firstTokenAtMs: number | undefined;
  let isOver = false;
  signals.began();
  usage.began(beganAtMs);
  return {
    head: (_status, headers) => signals.headroom.tell(headers, clock()),
    firstToken() {
      if (firstTokenAtMs !== undefined || isOver) return;
      firstTokenAtMs = clock();
      signals.answered(firstTokenAtMs - beganAtMs, firstTokenAtMs);
    },
    end(outcome: CallOutcome) {
      if (isOver) return;
      isOver = true;
      const nowMs = clock();
      const writingMs = firstTokenAtMs === undefined ? undefined : nowMs - firstTokenAtMs;
      signals.ended(outcome, nowMs - beganAtMs, writingMs, nowMs);
      if (outcome.kind === 'succeeded') usage.used((outcome.inputTokens ?? 0) + outcome.outputTokens, nowMs);
    },
  };
}
